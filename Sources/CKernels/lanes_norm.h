// Normalisation over channels and an activation, with sixteen images in the lanes.
//
// Pixels go in strips of CK_STRIP through all channels: first the moments, then the outputs, while
// the strip is in the first-level cache.
#pragma once
#include "activation.h"

enum { CK_STRIP = 8, CK_RMS = 1, CK_LAYER = 2 };

// The mean (zero but for layer norm) and the factor (variance or mean square + epsilon)^(-1/2) of
// each pixel of a strip.
INLINE void CK(strip_moments)(const float *x, size_t channels, size_t plane, size_t n, int norm,
                              float epsilon, v16 *mean, v16 *factor) {
  float part = 1.0f / (float)channels;
  for (size_t p = 0; p < n; p++) mean[p] = factor[p] = v_set(0);
  if (norm == CK_LAYER) {
    for (size_t c = 0; c < channels; c++)
      for (size_t p = 0; p < n; p++) mean[p] += v_load(x + c * plane + p * 16);
    for (size_t p = 0; p < n; p++) mean[p] *= part;
  }
  for (size_t c = 0; c < channels; c++)
    for (size_t p = 0; p < n; p++) {
      v16 d = v_load(x + c * plane + p * 16);
      if (norm == CK_LAYER) d -= mean[p];
      factor[p] += d * d;
    }
  for (size_t p = 0; p < n; p++)
    factor[p] = 1.0f / __builtin_elementwise_sqrt(factor[p] * part + epsilon);
}

INLINE v16 CK(normal)(const float *x, int norm, v16 mean, v16 factor) {
  return (norm == CK_LAYER ? v_load(x) - mean : v_load(x)) * factor;
}

INLINE void CK(channel_norm_by)(int activation, const float *x, size_t channels, size_t pixels,
                                int norm, float epsilon, const float *scale, const float *shift,
                                float *y) {
  size_t plane = pixels * 16;
  v16 mean[CK_STRIP], factor[CK_STRIP];
  for (size_t start = 0; start < pixels; start += CK_STRIP) {
    size_t n = pixels - start < CK_STRIP ? pixels - start : CK_STRIP, at = start * 16;
    CK(strip_moments)(x + at, channels, plane, n, norm, epsilon, mean, factor);
    for (size_t c = 0; c < channels; c++) {
      v16 by = v_set(scale[c]), plus = v_set(norm == CK_LAYER ? shift[c] : 0);
      for (size_t p = 0; p < n; p++) {
        v16 normal = CK(normal)(x + at + c * plane + p * 16, norm, mean[p], factor[p]);
        v_store(y + at + c * plane + p * 16, v_activate(activation, normal * by + plus));
      }
    }
  }
}

static void CK(channel_norm)(const float *x, size_t channels, size_t pixels, int norm,
                             float epsilon, const float *scale, const float *shift, int activation,
                             float *y) {
  if (norm == 0) {
    for (size_t i = 0; i < channels * pixels * 16; i += 16)
      v_store(y + i, v_activate(activation, v_load(x + i)));
  } else if (activation == CK_SILU && norm == CK_RMS) {
    // The usual pair is compiled without branches on the kinds.
    CK(channel_norm_by)(CK_SILU, x, channels, pixels, CK_RMS, epsilon, scale, shift, y);
  } else {
    CK(channel_norm_by)(activation, x, channels, pixels, norm, epsilon, scale, shift, y);
  }
}

// With n = x̂·scale + shift and dn = dy·act'(n): dscale = Σ dn·x̂, dshift = Σ dn, and with
// d = dn·scale: dx = factor·(d - mean(d·x̂)·x̂ - mean(d)), the last only for layer norm.
INLINE void CK(channel_norm_gradient_by)(int activation, const float *x, float *gradient,
                                         size_t channels, size_t pixels, int norm, float epsilon,
                                         const float *scale, const float *shift, float *sums,
                                         float *strip) {
  size_t plane = pixels * 16;
  v16 mean[CK_STRIP], factor[CK_STRIP], along[CK_STRIP], level[CK_STRIP];
  for (size_t start = 0; start < pixels; start += CK_STRIP) {
    size_t n = pixels - start < CK_STRIP ? pixels - start : CK_STRIP, at = start * 16;
    CK(strip_moments)(x + at, channels, plane, n, norm, epsilon, mean, factor);
    for (size_t p = 0; p < n; p++) along[p] = level[p] = v_set(0);
    for (size_t c = 0; c < channels; c++) {
      v16 by = v_set(scale[c]), plus = v_set(norm == CK_LAYER ? shift[c] : 0);
      v16 scale_sum = v_load(sums + c * 32), shift_sum = v_load(sums + c * 32 + 16);
      for (size_t p = 0; p < n; p++) {
        v16 normal = CK(normal)(x + at + c * plane + p * 16, norm, mean[p], factor[p]);
        v16 d = v_load(gradient + at + c * plane + p * 16) *
                v_activate_gradient(activation, normal * by + plus);
        scale_sum += d * normal;
        if (norm == CK_LAYER) shift_sum += d;
        d *= by;
        along[p] += d * normal;
        if (norm == CK_LAYER) level[p] += d;
        v_store(strip + (c * CK_STRIP + p) * 16, d);
      }
      v_store(sums + c * 32, scale_sum);
      v_store(sums + c * 32 + 16, shift_sum);
    }
    float part = 1.0f / (float)channels;
    for (size_t p = 0; p < n; p++) {
      along[p] *= part;
      level[p] *= norm == CK_LAYER ? part : 0.0f;
    }
    for (size_t c = 0; c < channels; c++)
      for (size_t p = 0; p < n; p++) {
        float *to = gradient + at + c * plane + p * 16;
        v16 normal = CK(normal)(x + at + c * plane + p * 16, norm, mean[p], factor[p]);
        v16 d = v_load(strip + (c * CK_STRIP + p) * 16) - normal * along[p];
        if (norm == CK_LAYER) d -= level[p];
        v_store(to, factor[p] * d);
      }
  }
}

static void CK(channel_norm_gradient)(const float *x, float *gradient, size_t channels,
                                      size_t pixels, int norm, float epsilon, const float *scale,
                                      const float *shift, int activation, float *dscale,
                                      float *dshift, float *scratch) {
  if (norm == 0) {
    for (size_t i = 0; i < channels * pixels * 16; i += 16)
      v_store(gradient + i, v_load(gradient + i) * v_activate_gradient(activation, v_load(x + i)));
    return;
  }
  float *strip = scratch + channels * 32;
  memset(scratch, 0, channels * 32 * sizeof(float));
  if (activation == CK_SILU && norm == CK_RMS)
    CK(channel_norm_gradient_by)(CK_SILU, x, gradient, channels, pixels, CK_RMS, epsilon, scale,
                                 shift, scratch, strip);
  else
    CK(channel_norm_gradient_by)(activation, x, gradient, channels, pixels, norm, epsilon, scale,
                                 shift, scratch, strip);
  for (size_t c = 0; c < channels; c++) {
    dscale[c] += v_sum(v_load(scratch + c * 32));
    if (norm == CK_LAYER) dshift[c] += v_sum(v_load(scratch + c * 32 + 16));
  }
}
