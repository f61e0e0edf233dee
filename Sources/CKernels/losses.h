// See losses.def for what each kernel does. What runs once a row is plain C with libm; what runs
// once a class uses vectors.
#pragma once

static void CK(sample_one_hot)(const float *p, const float *uniforms, float *z, size_t rows,
                               size_t classes) {
  for (size_t r = 0; r < rows; r++, p += classes, z += classes) {
    size_t chosen = 0;
    if (uniforms) {
      // As many as have a sum that u reaches; the last class takes what rounding leaves of it. Sums
      // never fall, so counting finds the first that u does not reach, and without a jump.
      float sum = 0, u = uniforms[r];
      for (size_t c = 0; c + 1 < classes; c++) {
        sum += p[c];
        chosen += u >= sum;
      }
    } else {
      for (size_t c = 1; c < classes; c++) chosen = p[c] > p[chosen] ? c : chosen;
    }
    for (size_t c = 0; c < classes; c++) z[c] = c == chosen;
  }
}

static void CK(kl_rows)(const float *p, const float *lnp, const float *lnq, float *kl, size_t rows,
                        size_t columns) {
  for (size_t r = 0; r < rows; r++, p += columns, lnp += columns, lnq += columns) {
    v16 sum = v_set(0);
    FOR_LANES(columns)
    sum += load_lanes(p + i, width) * (load_lanes(lnp + i, width) - load_lanes(lnq + i, width));
    kl[r] = v_sum(sum);
  }
}

static void CK(dot_rows)(const float *a, const float *b, float *y, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++, a += columns, b += columns) {
    v16 sum = v_set(0);
    FOR_LANES(columns) sum += load_lanes(a + i, width) * load_lanes(b + i, width);
    y[r] = v_sum(sum);
  }
}

static void CK(entropy_rows)(const float *p, const float *lnp, float *entropy, size_t rows,
                             size_t columns) {
  CK(dot_rows)(p, lnp, entropy, rows, columns);
  for (size_t r = 0; r < rows; r++) entropy[r] = -entropy[r];
}

static void CK(kl_posterior_gradient)(const float *lnp, const float *lnq, const float *g, float *dp,
                                      size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++, lnp += columns, lnq += columns, dp += columns)
    FOR_LANES(columns)
    store_lanes(dp + i, g[r] * (load_lanes(lnp + i, width) - load_lanes(lnq + i, width)), width);
}

static void CK(kl_prior_gradient)(const float *p, const float *q, const float *g, float *dq,
                                  size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++, p += columns, q += columns, dq += columns)
    for (size_t c = 0; c < columns; c++) dq[c] = -g[r] * p[c] / q[c];
}

// p = exp(x - largest x) of a row, not divided by its sum yet.
INLINE void exponentials_of_row(const float *x, float *p, size_t n, float *largest, v16 *sum) {
  *largest = v_largest(x, n);
  *sum = v_set(0);
  FOR_LANES(n) {
    v16 e = v_exp(load_lanes(x + i, width) - *largest);
    store_lanes(p + i, e, width);
    // Lanes beyond the row count as zero.
    *sum += width == 16 ? e : load_lanes(p + i, width);
  }
}

static void CK(softmax_wide)(const float *logits, float *p, float *lse, size_t rows,
                             size_t classes) {
  for (size_t start = 0, n; start < rows; start += n) {
    n = rows - start < CK_ROWS ? rows - start : CK_ROWS;
    v16 sums[CK_ROWS];
    float largest[CK_ROWS] = {0}, inverse[CK_ROWS];
    for (size_t r = 0; r < CK_ROWS; r++) sums[r] = v_set(1.0f);
    for (size_t r = 0; r < n; r++)
      exponentials_of_row(logits + r * classes, p + r * classes, classes, &largest[r], &sums[r]);
    v16 total = v_sums(sums);
    store_lanes(lse + start, v_load(largest) + v_log(total), n);
    v_store(inverse, 1.0f / total);
    for (size_t r = 0; r < n; r++, logits += classes, p += classes)
      FOR_LANES(classes) store_lanes(p + i, load_lanes(p + i, width) * inverse[r], width);
  }
}

// The bins below and above y, and the weight of the lower.
INLINE void two_hot(const float *bins, size_t n, float y, size_t *below, size_t *above,
                    float *weight) {
  size_t lo = 0, hi = n;  // first bin greater than y
  while (lo < hi) {
    size_t middle = (lo + hi) / 2;
    if (bins[middle] <= y) lo = middle + 1;
    else hi = middle;
  }
  *below = lo == 0 ? 0 : lo - 1;
  *above = lo == n ? n - 1 : lo;
  if (*below == *above) {
    *weight = 0.5f;
    return;
  }
  float to_below = fabsf(bins[*below] - y), to_above = fabsf(bins[*above] - y);
  *weight = to_above / (to_below + to_above);
}

static void CK(two_hot_loss)(const float *logits, const float *lse, const float *bins,
                             const float *target, float *loss, size_t rows, size_t classes) {
  for (size_t r = 0; r < rows; r++, logits += classes) {
    size_t below, above;
    float weight;
    two_hot(bins, classes, target[r], &below, &above, &weight);
    loss[r] = weight * (lse[r] - logits[below]) + (1.0f - weight) * (lse[r] - logits[above]);
  }
}

static void CK(two_hot_gradient)(const float *logits, const float *lse, const float *bins,
                                 const float *target, const float *g, float *dlogits, size_t rows,
                                 size_t classes) {
  for (size_t r = 0; r < rows; r++, logits += classes, dlogits += classes) {
    if (g[r] == 0) continue;
    FOR_LANES(classes) {
      v16 p = v_exp(load_lanes(logits + i, width) - lse[r]);
      store_lanes(dlogits + i, load_lanes(dlogits + i, width) + g[r] * p, width);
    }
    size_t below, above;
    float weight;
    two_hot(bins, classes, target[r], &below, &above, &weight);
    dlogits[below] -= g[r] * weight;
    dlogits[above] -= g[r] * (1.0f - weight);
  }
}

static void CK(two_hot_mean)(const float *p, const float *bins, float *mean, float *terms,
                             size_t rows, size_t classes) {
  // A fused multiply-add would round one of two mirrored products and not the other.
#pragma clang fp contract(off)
  // The middle bin of an odd number is zero.
  size_t half = classes / 2, whole = half & ~(size_t)15;
  for (size_t r = 0; r < rows; r++, p += classes) {
    float sum = 0, square = 0;
    for (size_t c = half; c-- > whole;) {
      float high = p[classes - 1 - c] * bins[classes - 1 - c];
      sum += p[c] * bins[c] + high;
      square += high * high;
    }
    v16 sums = v_set(0), squares = v_set(0);
    for (size_t c = 0; c < whole; c += 16) {
      size_t mirrored = classes - 16 - c;
      v16 low = v_load(p + c) * v_load(bins + c);
      v16 high = v_load(p + mirrored) * v_load(bins + mirrored);
      sums += low + v_reverse(high);
      squares += high * high;
    }
    mean[r] = sum + v_sum(sums);
    terms[r] = sqrtf(square + v_sum(squares));
  }
}

INLINE float log_sigmoid(float x) { return (x < 0 ? x : 0) - log1pf(expf(-fabsf(x))); }

static void CK(binary_loss)(const float *logits, const float *q, float *loss, size_t rows) {
  for (size_t r = 0; r < rows; r++)
    loss[r] = -q[r] * log_sigmoid(logits[r]) - (1.0f - q[r]) * log_sigmoid(-logits[r]);
}

static void CK(binary_probability)(const float *logits, float *p, size_t rows) {
  for (size_t r = 0; r < rows; r++) p[r] = expf(log_sigmoid(logits[r]));
}

static void CK(binary_gradient)(const float *logits, const float *q, const float *g, float *dlogits,
                                size_t rows) {
  for (size_t r = 0; r < rows; r++) dlogits[r] += g[r] * (expf(log_sigmoid(logits[r])) - q[r]);
}

// ln(1 + e) for e in (0, 1]. What 1 + e loses of a small e comes back in the second term.
INLINE v16 CK(log_one_plus)(v16 e) {
  v16 u = 1.0f + e;
  return v_log(u) - ((u - 1.0f) - e) / u;
}

// loss[r] = Σ max(l, 0) - l q + ln(1 + e^-|l|).
static void CK(binary_row_loss)(const float *logits, const float *q, float *loss, size_t rows,
                                size_t columns) {
  for (size_t r = 0; r < rows; r++, logits += columns, q += columns) {
    v16 sum = v_set(0);
    FOR_LANES(columns) {
      v16 l = load_lanes(logits + i, width), t = load_lanes(q + i, width);
      v16 x = v_max(l, v_set(0)) - l * t + CK(log_one_plus)(v_exp(-v_abs(l)));
      // Lanes beyond the row hold zeros, each of which would cost ln 2.
      if (width < 16) {
        float kept[16] = {0};
        v_store_part(kept, x, width);
        x = v_load(kept);
      }
      sum += x;
    }
    loss[r] = v_sum(sum);
  }
}

// dlogits += g[r] (σ(l) - q).
static void CK(binary_row_gradient)(const float *logits, const float *q, const float *g,
                                    float *dlogits, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++, logits += columns, q += columns, dlogits += columns) {
    FOR_LANES(columns) {
      v16 l = load_lanes(logits + i, width), e = v_exp(-v_abs(l));
      v16 p = v_select(l >= 0.0f, v_set(1), e) / (1.0f + e);
      v16 d = load_lanes(dlogits + i, width) + g[r] * (p - load_lanes(q + i, width));
      store_lanes(dlogits + i, d, width);
    }
  }
}

static void CK(squared_error)(const float *mean, const float *target, float *loss, size_t rows,
                              size_t columns) {
  for (size_t r = 0; r < rows; r++, mean += columns, target += columns) {
    v16 sum = v_set(0);
    FOR_LANES(columns) {
      v16 d = load_lanes(mean + i, width) - load_lanes(target + i, width);
      sum += d * d;
    }
    loss[r] = v_sum(sum);
  }
}

static void CK(squared_error_gradient)(const float *mean, const float *target, const float *g,
                                       float *dmean, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++, mean += columns, target += columns, dmean += columns)
    for (size_t c = 0; c < columns; c++) dmean[c] += 2.0f * g[r] * (mean[c] - target[c]);
}

static void CK(categorical_gradient)(const float *p, const float *lnp, const float *action,
                                     const float *glog, const float *gentropy, float *dp,
                                     size_t rows, size_t classes) {
  for (size_t r = 0; r < rows; r++)
    for (size_t c = 0; c < classes; c++) {
      size_t k = r * classes + c;
      dp[k] = glog[r] * action[k] / p[k] - gentropy[r] * (lnp[k] + 1.0f);
    }
}

static void CK(bounded_normal)(const float *m, const float *s, float *mean, float *deviation,
                               size_t n, float lo, float hi) {
  FOR_LANES(n) {
    store_lanes(mean + i, v_tanh(load_lanes(m + i, width)), width);
    v16 d = (hi - lo) * v_sigmoid(load_lanes(s + i, width) + 2.0f) + lo;
    store_lanes(deviation + i, d, width);
  }
}

static void CK(normal_log_density)(const float *mean, const float *deviation, const float *action,
                                   float *density, float *entropy, size_t rows, size_t columns) {
  const float half_log_two_pi = 0.918938533f;
  for (size_t r = 0; r < rows; r++) {
    density[r] = entropy[r] = 0;
    for (size_t c = 0; c < columns; c++) {
      size_t k = r * columns + c;
      float z = (action[k] - mean[k]) / deviation[k], log_deviation = logf(deviation[k]);
      density[r] += -0.5f * z * z - half_log_two_pi - log_deviation;
      entropy[r] += 0.5f + half_log_two_pi + log_deviation;
    }
  }
}

static void CK(bounded_normal_gradient)(const float *mean, const float *deviation,
                                        const float *action, const float *glog,
                                        const float *gentropy, float *dm, float *ds, size_t rows,
                                        size_t columns, float lo, float hi) {
  for (size_t r = 0; r < rows; r++)
    for (size_t c = 0; c < columns; c++) {
      size_t k = r * columns + c;
      float d = deviation[k], z = (action[k] - mean[k]) / d;
      dm[k] += glog[r] * z / d * (1.0f - mean[k] * mean[k]);
      float u = (d - lo) / (hi - lo);  // the sigmoid
      float dd = glog[r] * (z * z - 1.0f) / d + gentropy[r] / d;
      ds[k] += dd * (hi - lo) * u * (1.0f - u);
    }
}

static void CK(symlog)(const float *x, float *y, size_t n) {
  for (size_t i = 0; i < n; i++) y[i] = copysignf(log1pf(fabsf(x[i])), x[i]);
}

static void CK(clip_to_unit)(const float *x, float *y, size_t n) {
  for (size_t i = 0; i < n; i++) y[i] = x[i] / fmaxf(1.0f, fabsf(x[i]));
}
