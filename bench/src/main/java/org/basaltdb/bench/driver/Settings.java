package org.basaltdb.bench.driver;

import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one run of an experiment is given.
 *
 * @param rows rows of each data set
 * @param rounds rounds that count; a warming round comes before them
 * @param passMillis length of a pass
 * @param quick whether the run only tries the harness: fewer rows, shorter passes
 * @param only names of the subjects that take part; empty means all
 * @param directory where the subjects keep their files: on the disk that is to be measured
 * @param json where the results are written as JSON; null means nowhere
 */
public record Settings(
    int rows,
    int rounds,
    int passMillis,
    boolean quick,
    Set<String> only,
    Path directory,
    @Nullable Path json) {}
