// Floats in half precision, by arithmetic on their bits that every instruction set has: the same
// halves on all of them, whether or not the thread flushes denormals.
#pragma once

// Rounds to the nearest half, ties to even; beyond 65,504 infinity, not-a-number stays that.
static void CK(to_half)(const float *x, uint16_t *y, size_t n) {
  for (size_t i = 0; i < n; i++) {
    uint32_t bits;
    memcpy(&bits, x + i, 4);
    uint32_t sign = bits >> 16 & 0x8000;
    uint32_t magnitude = bits & 0x7fffffff;
    // Normal halves: the exponent's bias changes and 13 bits go; a carry may reach the exponent.
    uint32_t normal =
        (magnitude - ((127 - 15) << 23) + 0xfff + (magnitude >> 13 & 1)) >> 13;
    // Denormal halves are multiples of 2^-24: added to 0.5, they round in its last bits.
    float small;
    memcpy(&small, &magnitude, 4);
    small = (magnitude < 0x38800000 ? small : 0.0f) + 0.5f;
    uint32_t denormal;
    memcpy(&denormal, &small, 4);
    denormal -= 0x3f000000;
    uint32_t special = magnitude > 0x7f800000 ? 0x7e00 : 0x7c00;
    uint32_t half = magnitude < 0x38800000 ? denormal : normal;
    half = magnitude >= 0x47800000 ? special : half;
    y[i] = (uint16_t)(half | sign);
  }
}

static void CK(from_half)(const uint16_t *x, float *y, size_t n) {
  for (size_t i = 0; i < n; i++) {
    uint32_t sign = (uint32_t)(x[i] & 0x8000) << 16;
    uint32_t magnitude = (uint32_t)(x[i] & 0x7fff) << 13;
    uint32_t exponent = magnitude & 0x0f800000;
    uint32_t normal = magnitude + ((127 - 15) << 23);
    normal += exponent == 0x0f800000 ? (128 - 16) << 23 : 0;
    // A denormal half is (2^-14 + itself) - 2^-14.
    uint32_t raised = magnitude + ((127 - 15 + 1) << 23);
    float small;
    memcpy(&small, &raised, 4);
    small -= 0x1p-14f;
    uint32_t denormal;
    memcpy(&denormal, &small, 4);
    uint32_t bits = (exponent == 0 ? denormal : normal) | sign;
    memcpy(y + i, &bits, 4);
  }
}
