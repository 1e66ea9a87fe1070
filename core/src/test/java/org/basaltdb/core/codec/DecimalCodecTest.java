package org.basaltdb.core.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Unscaled integers of 64 and 128 bits against [BigInteger].
class DecimalCodecTest {
  private static boolean fits(BigInteger unscaled, int precision) {
    return unscaled.abs().compareTo(BigInteger.TEN.pow(precision)) < 0;
  }

  @Test
  void fitsAsManyDigitsAsThePrecisionHas() {
    for (int precision = 1; precision <= 38; precision++) {
      BigInteger power = BigInteger.TEN.pow(precision);
      for (int distance = -2; distance <= 2; distance++) {
        BigInteger near = power.add(BigInteger.valueOf(distance));
        for (BigInteger value : new BigInteger[] {near, near.negate()}) {
          boolean expected = fits(value, precision);
          assertThat(
                  DecimalCodec.fits(DecimalCodec.high(value), DecimalCodec.low(value), precision))
              .as("%s in %s", value, precision)
              .isEqualTo(expected);
          if (value.bitLength() < Long.SIZE) {
            assertThat(DecimalCodec.fits(value.longValueExact(), precision)).isEqualTo(expected);
          }
        }
      }
      assertThat(DecimalCodec.fits(Long.MIN_VALUE, precision)).isEqualTo(precision >= 19);
      assertThat(DecimalCodec.fits(Long.MIN_VALUE, 0, precision)).isFalse();
      assertThat(DecimalCodec.fits(-1, 0, precision)).isEqualTo(precision >= 20);
    }
  }

  @Test
  void halvesMakeTheNumberAgain() {
    Random random = new Random(1);
    for (int i = 0; i < 10_000; i++) {
      BigInteger value = new BigInteger(random.nextInt(127), random);
      BigInteger unscaled = random.nextBoolean() ? value : value.negate();
      assertThat(DecimalCodec.decimal(DecimalCodec.high(unscaled), DecimalCodec.low(unscaled), 7))
          .isEqualTo(new BigDecimal(unscaled, 7));
    }
  }

  @Test
  void numbersAreTakenToTheScaleOrRefused() {
    assertThat(DecimalCodec.unscaled(new BigDecimal("2.5"), 5, 2)).isEqualTo("250");
    assertThat(DecimalCodec.unscaled(new BigDecimal("2.500"), 5, 2)).isEqualTo("250");
    assertThat(DecimalCodec.unscaled(new BigDecimal("-1E+2"), 5, 2)).isEqualTo("-10000");
    assertThat(DecimalCodec.unscaled(new BigDecimal("1E+3"), 5, 2)).isNull();
    assertThat(DecimalCodec.unscaled(new BigDecimal("999.99"), 5, 2)).isEqualTo("99999");
    assertThat(DecimalCodec.unscaled(new BigDecimal("1000.00"), 5, 2)).isNull();
    assertThat(DecimalCodec.unscaled(new BigDecimal("0.001"), 5, 2)).isNull();
    assertThat(DecimalCodec.unscaled(new BigDecimal("1.001"), 5, 2)).isNull();
    assertThat(DecimalCodec.unscaled(new BigDecimal("0E+1000000000"), 5, 2)).isEqualTo("0");
    assertThat(DecimalCodec.unscaled(new BigDecimal("0E-1000000000"), 5, 2)).isEqualTo("0");
  }

  /// Such numbers have a billion digits when written out; they are refused without that.
  @Test
  void hugeExponentsAreRefusedAtOnce() {
    assertThat(DecimalCodec.unscaled(new BigDecimal("1E+1000000000"), 38, 0)).isNull();
    assertThat(DecimalCodec.unscaled(new BigDecimal("1E-1000000000"), 38, 38)).isNull();
    assertThat(DecimalCodec.unscaled(new BigDecimal("-1E+2147483647"), 38, 0)).isNull();
    assertThat(DecimalCodec.unscaled(new BigDecimal("-1E-2147483647"), 38, 38)).isNull();
  }
}
