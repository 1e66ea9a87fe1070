package org.basaltdb.core.codec;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import org.basaltdb.core.schema.TableSchema;
import org.jspecify.annotations.Nullable;

/// DECIMAL values as unscaled integers of 64 or 128 bits, the latter as a signed high and an
/// unsigned low half.
public final class DecimalCodec {
  /// The first power of ten that a long does not hold.
  private static final int FIRST_WIDE_POWER = 19;

  private static final long[] POWERS = new long[FIRST_WIDE_POWER];
  private static final long[] HIGH_POWERS = new long[TableSchema.MAX_PRECISION + 1];
  private static final long[] LOW_POWERS = new long[TableSchema.MAX_PRECISION + 1];

  static {
    BigInteger power = BigInteger.ONE;
    for (int exponent = 0; exponent <= TableSchema.MAX_PRECISION; exponent++) {
      if (exponent < FIRST_WIDE_POWER) {
        POWERS[exponent] = power.longValueExact();
      }
      HIGH_POWERS[exponent] = high(power);
      LOW_POWERS[exponent] = low(power);
      power = power.multiply(BigInteger.TEN);
    }
  }

  private DecimalCodec() {}

  /// Whether an unscaled value has at most that many digits. Allocates nothing.
  public static boolean fits(long unscaled, int precision) {
    return precision >= FIRST_WIDE_POWER
        || (unscaled < POWERS[precision] && unscaled > -POWERS[precision]);
  }

  /// Whether an unscaled value has at most that many digits. Allocates nothing.
  public static boolean fits(long high, long low, int precision) {
    // the magnitude, whose most negative value is itself as an unsigned number
    long magnitudeHigh = high < 0 ? ~high + (low == 0 ? 1 : 0) : high;
    long magnitudeLow = high < 0 ? -low : low;
    int order = Long.compareUnsigned(magnitudeHigh, HIGH_POWERS[precision]);
    return order < 0
        || (order == 0 && Long.compareUnsigned(magnitudeLow, LOW_POWERS[precision]) < 0);
  }

  /// The unscaled value of a number at a scale, or null if the number has more digits than the
  /// precision or, after the point, than the scale. Allocates.
  public static @Nullable BigInteger unscaled(BigDecimal value, int precision, int scale) {
    if (value.signum() == 0) {
      return BigInteger.ZERO;
    }
    // Exponents far apart would make setScale build numbers of as many digits.
    long integerDigits = (long) value.precision() - value.scale();
    long surplusFraction = (long) value.scale() - scale;
    if (integerDigits > precision - scale || surplusFraction >= value.precision()) {
      return null;
    }
    try {
      return value.setScale(scale, RoundingMode.UNNECESSARY).unscaledValue();
    } catch (ArithmeticException inexact) {
      return null;
    }
  }

  /// The upper 64 bits of a two's complement of 128.
  public static long high(BigInteger unscaled) {
    return unscaled.shiftRight(Long.SIZE).longValue();
  }

  /// The lower 64 bits of a two's complement of 128.
  public static long low(BigInteger unscaled) {
    return unscaled.longValue();
  }

  /// The number of an unscaled value. Allocates.
  public static BigDecimal decimal(long high, long low, int scale) {
    BigInteger unsignedLow = BigInteger.valueOf(low & Long.MAX_VALUE);
    if (low < 0) {
      unsignedLow = unsignedLow.setBit(Long.SIZE - 1);
    }
    return new BigDecimal(BigInteger.valueOf(high).shiftLeft(Long.SIZE).add(unsignedLow), scale);
  }
}
