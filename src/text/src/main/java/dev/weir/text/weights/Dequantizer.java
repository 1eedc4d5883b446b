package dev.weir.text.weights;

import dev.weir.text.TensorType;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Turns stored blocks into floats, operation for operation as ggml's {@code dequantize_row_*}
 * (ggml-quants.c), so that the results are the same bits.
 */
final class Dequantizer {
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private Dequantizer() {}

  /** Decodes whole blocks from the start of {@code stored} to {@code into[at..]}. */
  static void decode(TensorType type, byte[] stored, int blocks, float[] into, int at) {
    switch (type) {
      case F32 -> float32(stored, blocks, into, at);
      case F16 -> float16(stored, blocks, into, at);
      case BF16 -> bfloat16(stored, blocks, into, at);
      case Q4_0 -> q4(stored, blocks, into, at);
      case Q4_1 -> q4WithMinimum(stored, blocks, into, at);
      case Q5_0 -> q5(stored, blocks, into, at);
      case Q5_1 -> q5WithMinimum(stored, blocks, into, at);
      case Q8_0 -> q8(stored, blocks, into, at);
      case Q4_K -> KQuants.q4(stored, blocks, into, at);
      case Q5_K -> KQuants.q5(stored, blocks, into, at);
      case Q6_K -> KQuants.q6(stored, blocks, into, at);
    }
  }

  /** An IEEE 754 binary16, little-endian. */
  static float half(byte[] stored, int at) {
    return Float.float16ToFloat((short) SHORT.get(stored, at));
  }

  private static void float32(byte[] stored, int count, float[] into, int at) {
    for (int i = 0; i < count; i++) {
      into[at + i] = Float.intBitsToFloat((int) INT.get(stored, i * Float.BYTES));
    }
  }

  private static void float16(byte[] stored, int count, float[] into, int at) {
    for (int i = 0; i < count; i++) {
      into[at + i] = half(stored, i * Short.BYTES);
    }
  }

  private static void bfloat16(byte[] stored, int count, float[] into, int at) {
    for (int i = 0; i < count; i++) {
      into[at + i] = Float.intBitsToFloat((short) SHORT.get(stored, i * Short.BYTES) << 16);
    }
  }

  // {half d; byte qs[16]}: element j in the low half of byte j, element j + 16 in the high half
  private static void q4(byte[] stored, int blocks, float[] into, int at) {
    for (int block = 0; block < blocks; block++) {
      int from = block * 18;
      int to = at + block * 32;
      float d = half(stored, from);
      for (int j = 0; j < 16; j++) {
        int q = stored[from + 2 + j];
        into[to + j] = ((q & 0xF) - 8) * d;
        into[to + j + 16] = ((q >> 4 & 0xF) - 8) * d;
      }
    }
  }

  // {half d; half m; byte qs[16]}
  private static void q4WithMinimum(byte[] stored, int blocks, float[] into, int at) {
    for (int block = 0; block < blocks; block++) {
      int from = block * 20;
      int to = at + block * 32;
      float d = half(stored, from);
      float m = half(stored, from + 2);
      for (int j = 0; j < 16; j++) {
        int q = stored[from + 4 + j];
        into[to + j] = (q & 0xF) * d + m;
        into[to + j + 16] = (q >> 4 & 0xF) * d + m;
      }
    }
  }

  // {half d; int qh; byte qs[16]}: bit j of qh is the fifth bit of element j
  private static void q5(byte[] stored, int blocks, float[] into, int at) {
    for (int block = 0; block < blocks; block++) {
      int from = block * 22;
      int to = at + block * 32;
      float d = half(stored, from);
      int qh = (int) INT.get(stored, from + 2);
      for (int j = 0; j < 16; j++) {
        int q = stored[from + 6 + j];
        into[to + j] = ((q & 0xF | qh >>> j << 4 & 0x10) - 16) * d;
        into[to + j + 16] = ((q >> 4 & 0xF | qh >>> j + 12 & 0x10) - 16) * d;
      }
    }
  }

  // {half d; half m; int qh; byte qs[16]}
  private static void q5WithMinimum(byte[] stored, int blocks, float[] into, int at) {
    for (int block = 0; block < blocks; block++) {
      int from = block * 24;
      int to = at + block * 32;
      float d = half(stored, from);
      float m = half(stored, from + 2);
      int qh = (int) INT.get(stored, from + 4);
      for (int j = 0; j < 16; j++) {
        int q = stored[from + 8 + j];
        into[to + j] = (q & 0xF | qh >>> j << 4 & 0x10) * d + m;
        into[to + j + 16] = (q >> 4 & 0xF | qh >>> j + 12 & 0x10) * d + m;
      }
    }
  }

  // {half d; byte qs[32]}
  private static void q8(byte[] stored, int blocks, float[] into, int at) {
    for (int block = 0; block < blocks; block++) {
      int from = block * 34;
      int to = at + block * 32;
      float d = half(stored, from);
      for (int j = 0; j < 32; j++) {
        into[to + j] = stored[from + 2 + j] * d;
      }
    }
  }
}
