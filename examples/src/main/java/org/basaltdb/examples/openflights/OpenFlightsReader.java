package org.basaltdb.examples.openflights;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/// Reads records in the form of OpenFlights' `.dat` files: fields separated by commas, one record a
/// line. A field in double quotes may hold commas and line ends; a quote inside is written `""` or
/// `\"`, and a backslash takes the character after it as it is. An unquoted `\N` is NULL. For one
/// thread.
public final class OpenFlightsReader implements AutoCloseable {
  /// The airports: 7,698 records of 14 fields.
  public static final String AIRPORTS = "airports.dat.gz";

  /// The routes: 67,663 records of 9 fields.
  public static final String ROUTES = "routes.dat.gz";

  private static final int END = -1;

  private final String name;
  private final Reader characters;
  private final int fieldCount;
  private final StringBuilder text = new StringBuilder();
  private final List<@Nullable String> fields = new ArrayList<>();
  private int line = 1;
  private int peeked;

  /// Reads characters.
  ///
  /// @param name what errors call them
  /// @param characters closed with this reader
  /// @param fieldCount the fields that every record has
  public OpenFlightsReader(String name, Reader characters, int fieldCount) throws IOException {
    this.name = name;
    this.characters = characters;
    this.fieldCount = fieldCount;
    this.peeked = characters.read();
  }

  /// Opens one of the two files.
  ///
  /// @param file [#AIRPORTS] or [#ROUTES]
  /// @param fieldCount the fields that every record has
  public static OpenFlightsReader open(String file, int fieldCount) throws IOException {
    InputStream compressed = OpenFlightsReader.class.getResourceAsStream("/openflights/" + file);
    if (compressed == null) {
      throw new IOException("/openflights/" + file + " is not on the class path");
    }
    InputStream bytes = new GZIPInputStream(compressed, 1 << 16);
    return new OpenFlightsReader(
        file, new BufferedReader(new InputStreamReader(bytes, UTF_8)), fieldCount);
  }

  /// Reads the next record.
  ///
  /// @return its fields, null for NULL, valid until the next call; or null after the last record
  /// @throws IOException if the record is not in this form, saying where
  public @Nullable List<@Nullable String> next() throws IOException {
    while (peeked == '\n' || peeked == '\r') {
      take();
    }
    if (peeked == END) {
      return null;
    }
    fields.clear();
    fields.add(field());
    while (peeked == ',') {
      take();
      fields.add(field());
    }
    if (peeked != '\n' && peeked != '\r' && peeked != END) {
      throw malformed("a comma or the end of the line", "'" + (char) peeked + "'");
    }
    if (fields.size() != fieldCount) {
      throw malformed(fieldCount + " fields", Integer.toString(fields.size()));
    }
    return fields;
  }

  private @Nullable String field() throws IOException {
    text.setLength(0);
    if (peeked == '"') {
      quoted();
      return text.toString();
    }
    while (peeked != ',' && peeked != '\n' && peeked != '\r' && peeked != END) {
      text.append((char) take());
    }
    String field = text.toString();
    return field.equals("\\N") ? null : field;
  }

  private void quoted() throws IOException {
    take();
    while (true) {
      int c = take();
      if (c == '"') {
        if (peeked != '"') {
          return;
        }
        c = take();
      } else if (c == '\\') {
        c = take();
      }
      if (c == END) {
        throw malformed("a closing quote", "the end of the file");
      }
      text.append((char) c);
    }
  }

  private int take() throws IOException {
    int taken = peeked;
    if (taken == '\n') {
      line++;
    }
    if (taken != END) {
      peeked = characters.read();
    }
    return taken;
  }

  private IOException malformed(String expected, String found) {
    return new IOException(
        "malformed record; found "
            + found
            + "; expected "
            + expected
            + "; "
            + name
            + ", line "
            + line);
  }

  @Override
  public void close() throws IOException {
    characters.close();
  }
}
