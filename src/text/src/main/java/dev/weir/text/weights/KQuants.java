package dev.weir.text.weights;

/**
 * ggml's k-quants: superblocks of 256 elements whose smaller blocks have quantised scales of their
 * own.
 */
final class KQuants {
  private KQuants() {}

  // {half d; half dmin; byte scales[12]; byte qs[128]}
  static void q4(byte[] stored, int blocks, float[] into, int at) {
    for (int block = 0; block < blocks; block++) {
      int from = block * 144;
      int to = at + block * 256;
      float d = Dequantizer.half(stored, from);
      float dmin = Dequantizer.half(stored, from + 2);
      int scales = from + 4;
      for (int group = 0; group < 4; group++) { // 64 elements: low halves, then high halves
        int qs = from + 16 + group * 32;
        float d1 = d * scale(stored, scales, 2 * group);
        float m1 = dmin * minimum(stored, scales, 2 * group);
        float d2 = d * scale(stored, scales, 2 * group + 1);
        float m2 = dmin * minimum(stored, scales, 2 * group + 1);
        for (int j = 0; j < 32; j++) {
          int q = stored[qs + j];
          into[to + group * 64 + j] = d1 * (q & 0xF) - m1;
          into[to + group * 64 + 32 + j] = d2 * (q >> 4 & 0xF) - m2;
        }
      }
    }
  }

  // {half d; half dmin; byte scales[12]; byte qh[32]; byte qs[128]}
  static void q5(byte[] stored, int blocks, float[] into, int at) {
    for (int block = 0; block < blocks; block++) {
      int from = block * 176;
      int to = at + block * 256;
      float d = Dequantizer.half(stored, from);
      float dmin = Dequantizer.half(stored, from + 2);
      int scales = from + 4;
      int high = from + 16;
      for (int group = 0; group < 4; group++) {
        int qs = from + 48 + group * 32;
        float d1 = d * scale(stored, scales, 2 * group);
        float m1 = dmin * minimum(stored, scales, 2 * group);
        float d2 = d * scale(stored, scales, 2 * group + 1);
        float m2 = dmin * minimum(stored, scales, 2 * group + 1);
        for (int j = 0; j < 32; j++) {
          int q = stored[qs + j];
          int bits = stored[high + j] >> 2 * group; // two of its eight bits for each group
          into[to + group * 64 + j] = d1 * (q & 0xF | bits << 4 & 0x10) - m1;
          into[to + group * 64 + 32 + j] = d2 * (q >> 4 & 0xF | bits << 3 & 0x10) - m2;
        }
      }
    }
  }

  // {byte ql[128]; byte qh[64]; byte scales[16]; half d}
  static void q6(byte[] stored, int blocks, float[] into, int at) {
    for (int block = 0; block < blocks; block++) {
      int from = block * 210;
      float d = Dequantizer.half(stored, from + 208);
      for (int half = 0; half < 2; half++) { // 128 elements in four quarters of 32
        int ql = from + half * 64;
        int qh = from + 128 + half * 32;
        int scales = from + 192 + half * 8;
        int to = at + block * 256 + half * 128;
        for (int j = 0; j < 32; j++) {
          int low = stored[ql + j];
          int next = stored[ql + 32 + j];
          int bits = stored[qh + j];
          int scale = scales + j / 16;
          into[to + j] = d * stored[scale] * ((low & 0xF | bits << 4 & 0x30) - 32);
          into[to + 32 + j] = d * stored[scale + 2] * ((next & 0xF | bits << 2 & 0x30) - 32);
          into[to + 64 + j] = d * stored[scale + 4] * ((low >> 4 & 0xF | bits & 0x30) - 32);
          into[to + 96 + j] = d * stored[scale + 6] * ((next >> 4 & 0xF | bits >> 2 & 0x30) - 32);
        }
      }
    }
  }

  // Eight 6-bit scales and eight 6-bit minima in 12 bytes (get_scale_min_k4): the first four of
  // each in the low 6 bits of bytes 0-3 and 4-7; of the last four the low 4 bits in bytes 8-11 and
  // the high 2 bits on top of bytes 0-7.
  private static int scale(byte[] stored, int scales, int i) {
    return i < 4
        ? stored[scales + i] & 63
        : stored[scales + i + 4] & 0xF | (stored[scales + i - 4] >> 6 & 3) << 4;
  }

  private static int minimum(byte[] stored, int scales, int i) {
    return i < 4
        ? stored[scales + i + 4] & 63
        : stored[scales + i + 4] >> 4 & 0xF | (stored[scales + i] >> 6 & 3) << 4;
  }
}
