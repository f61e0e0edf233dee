// See dense.def for what each kernel does.
#pragma once
#include "activation.h"

// Runs BODY for i = 0, 16, … with `width` lanes in use; the last pass may be a part.
#define FOR_LANES(n) \
  for (size_t i = 0, width; i < (n) && (width = (n)-i < 16 ? (n)-i : 16); i += 16)

static void CK(add)(const float *x, float *y, size_t n) {
  FOR_LANES(n) store_lanes(y + i, load_lanes(y + i, width) + load_lanes(x + i, width), width);
}

static void CK(axpy)(float a, const float *x, float *y, size_t n) {
  FOR_LANES(n) store_lanes(y + i, load_lanes(y + i, width) + a * load_lanes(x + i, width), width);
}

static void CK(add_column_sums)(const float *x, float *sums, size_t rows, size_t columns) {
  FOR_LANES(columns) {
    v16 sum = v_set(0);
    for (size_t r = 0; r < rows; r++) sum += load_lanes(x + r * columns + i, width);
    store_lanes(sums + i, load_lanes(sums + i, width) + sum, width);
  }
}

static double CK(sum_of_squares)(const float *x, size_t n) {
  // Sums of at most 4096 squares in single precision, those in double.
  double total = 0;
  for (size_t start = 0; start < n; start += 4096) {
    size_t count = n - start < 4096 ? n - start : 4096;
    v16 sum = v_set(0);
    FOR_LANES(count) {
      v16 v = load_lanes(x + start + i, width);
      sum += v * v;
    }
    total += v_sum(sum);
  }
  return total;
}

// ---- norm and activation

// Rows that go through a norm together, so that the sums of sixteen rows are added up at once.
enum { CK_ROWS = 16 };

typedef struct {
  float mean[CK_ROWS];
  float inverse[CK_ROWS];
} norm_statistics;

// y = (x - mean) · inverse of n rows, which norm and its pullback share.
INLINE norm_statistics statistics_of_rows(const float *x, size_t n, size_t columns, int norm,
                                          float epsilon) {
  norm_statistics result;
  v16 sums[CK_ROWS], squares[CK_ROWS];
  for (size_t r = 0; r < CK_ROWS; r++) sums[r] = squares[r] = v_set(0);
  for (size_t r = 0; r < n && norm != 0; r++) {
    v16 sum = v_set(0), square = v_set(0);
    FOR_LANES(columns) {
      v16 v = load_lanes(x + r * columns + i, width);
      sum += v;
      square += v * v;
    }
    sums[r] = sum;
    squares[r] = square;
  }
  v16 square = v_sums(squares) / (float)columns, mean = v_set(0);
  if (norm == 2) {
    mean = v_sums(sums) / (float)columns;
    square = v_max(square - mean * mean, v_set(0));
  }
  v_store(result.mean, mean);
  v16 inverse = 1.0f / __builtin_elementwise_sqrt(square + epsilon);
  v_store(result.inverse, norm == 0 ? v_set(1) : inverse);
  return result;
}

INLINE v16 normed_lanes(v16 x, float mean, float inverse, const float *scale, const float *shift,
                        size_t i, size_t width, int norm) {
  if (norm == 0) return x;
  v16 y = (x - mean) * (inverse * load_lanes(scale + i, width));
  return norm == 2 ? y + load_lanes(shift + i, width) : y;
}

INLINE void norm_activate_rows(const float *x, const float *scale, const float *shift, float *y,
                               size_t rows, size_t columns, int norm, float epsilon,
                               int activation) {
  for (size_t start = 0; start < rows; start += CK_ROWS) {
    size_t n = rows - start < CK_ROWS ? rows - start : CK_ROWS;
    norm_statistics s = statistics_of_rows(x, n, columns, norm, epsilon);
    for (size_t r = 0; r < n; r++, x += columns, y += columns)
      FOR_LANES(columns) {
        v16 v = load_lanes(x + i, width);
        v = normed_lanes(v, s.mean[r], s.inverse[r], scale, shift, i, width, norm);
        store_lanes(y + i, v_activate(activation, v), width);
      }
  }
}

static void CK(norm_activate)(const float *x, const float *scale, const float *shift, float *y,
                              size_t rows, size_t columns, int norm, float epsilon,
                              int activation) {
  // The usual pair is compiled without branches on the kinds.
  if (norm == 1 && activation == 1)
    norm_activate_rows(x, scale, shift, y, rows, columns, 1, epsilon, 1);
  else norm_activate_rows(x, scale, shift, y, rows, columns, norm, epsilon, activation);
}

// One row: the gradient at the normed value times scale goes to `temporary`, its sum and that of its
// product with the normed value to the last two.
INLINE void norm_gradient_row(const float *x, const float *scale, const float *shift,
                              const float *dy, float *dscale, float *dshift, float *temporary,
                              float mean, float inverse, size_t columns, int norm, int activation,
                              v16 *sum, v16 *product) {
  FOR_LANES(columns) {
    v16 v = load_lanes(x + i, width);
    v16 n = normed_lanes(v, mean, inverse, scale, shift, i, width, norm);
    v16 g = load_lanes(dy + i, width) * v_activate_gradient(activation, n);
    if (norm != 0) {
      v16 hat = (v - mean) * inverse;
      if (dscale) store_lanes(dscale + i, load_lanes(dscale + i, width) + g * hat, width);
      if (norm == 2 && dshift) store_lanes(dshift + i, load_lanes(dshift + i, width) + g, width);
      g *= load_lanes(scale + i, width);
      *sum += g;
      *product += g * hat;
    }
    store_lanes(temporary + i, g, width);
  }
}

// temporary: [CK_ROWS, columns].
INLINE void norm_activate_gradient_rows(const float *x, const float *scale, const float *shift,
                                        float *gradient, float *dscale, float *dshift,
                                        float *temporary, size_t rows, size_t columns, int norm,
                                        float epsilon, int activation) {
  for (size_t start = 0; start < rows; start += CK_ROWS) {
    size_t n = rows - start < CK_ROWS ? rows - start : CK_ROWS, at = start * columns;
    norm_statistics s = statistics_of_rows(x + at, n, columns, norm, epsilon);
    v16 sums[CK_ROWS], products[CK_ROWS];
    for (size_t r = 0; r < CK_ROWS; r++) sums[r] = products[r] = v_set(0);
    for (size_t r = 0; r < n; r++)
      norm_gradient_row(x + at + r * columns, scale, shift, gradient + at + r * columns, dscale,
                        dshift, temporary + r * columns, s.mean[r], s.inverse[r], columns, norm,
                        activation, &sums[r], &products[r]);
    float average[CK_ROWS], projection[CK_ROWS];
    v_store(average, norm == 2 ? v_sums(sums) / (float)columns : v_set(0));
    v_store(projection, norm == 0 ? v_set(0) : v_sums(products) / (float)columns);
    for (size_t r = 0; r < n; r++)
      FOR_LANES(columns) {
        size_t k = at + r * columns + i;
        v16 hat = (load_lanes(x + k, width) - s.mean[r]) * s.inverse[r];
        v16 g = load_lanes(temporary + r * columns + i, width) - average[r] - hat * projection[r];
        store_lanes(gradient + k, s.inverse[r] * g, width);
      }
  }
}

static void CK(norm_activate_gradient)(const float *x, const float *scale, const float *shift,
                                       float *gradient, float *dscale, float *dshift,
                                       float *temporary, size_t rows, size_t columns, int norm,
                                       float epsilon, int activation) {
  if (norm == 1 && activation == 1)
    norm_activate_gradient_rows(x, scale, shift, gradient, dscale, dshift, temporary, rows, columns,
                                1, epsilon, 1);
  else
    norm_activate_gradient_rows(x, scale, shift, gradient, dscale, dshift, temporary, rows, columns,
                                norm, epsilon, activation);
}

// ---- recurrent unit

INLINE void gru_group(const float *gates, const float *state, float *out, size_t n) {
  FOR_LANES(n) {
    v16 reset = v_sigmoid(load_lanes(gates + i, width));
    v16 candidate = v_tanh_sigmoid(reset * load_lanes(gates + n + i, width));
    v16 update = v_sigmoid(load_lanes(gates + 2 * n + i, width) - 1.0f);
    v16 h = load_lanes(state + i, width);
    store_lanes(out + i, update * candidate + (1.0f - update) * h, width);
  }
}

static void CK(gru)(const float *gates, size_t gates_row, const float *state, float *out,
                    size_t row, size_t rows, size_t groups, size_t n) {
  for (size_t r = 0; r < rows; r++, gates += gates_row, state += row, out += row)
    for (size_t g = 0; g < groups; g++)
      gru_group(gates + 3 * g * n, state + g * n, out + g * n, n);
}

static void CK(gru_gradient)(const float *gates, const float *state, const float *dout,
                             float *dgates, float *dstate, size_t rows, size_t groups, size_t n) {
  for (size_t r = 0; r < rows * groups; r++) {
    FOR_LANES(n) {
      v16 cand = load_lanes(gates + n + i, width);
      v16 reset = v_sigmoid(load_lanes(gates + i, width));
      v16 c = v_tanh_sigmoid(reset * cand);
      v16 u = v_sigmoid(load_lanes(gates + 2 * n + i, width) - 1.0f);
      v16 h = load_lanes(state + i, width);
      v16 g = load_lanes(dout + i, width);
      v16 dpre = g * u * (1.0f - c * c);
      store_lanes(dgates + i, dpre * cand * reset * (1.0f - reset), width);
      store_lanes(dgates + n + i, dpre * reset, width);
      store_lanes(dgates + 2 * n + i, g * (c - h) * u * (1.0f - u), width);
      if (dstate)
        store_lanes(dstate + i, load_lanes(dstate + i, width) + g * (1.0f - u), width);
    }
    gates += 3 * n, state += n, dout += n, dgates += 3 * n;
    if (dstate) dstate += n;
  }
}

// ---- softmax

// Far below rounding, yet neither its inverse nor its logarithm overflows a gradient.
#define CK_LEAST_PROBABILITY 1e-30f

// Lanes i and i ^ step change places.
INLINE v16 swap_lanes(v16 x, int step) {
  switch (step) {
    case 1:
      return __builtin_shufflevector(x, x, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
    case 2:
      return __builtin_shufflevector(x, x, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
    case 4:
      return __builtin_shufflevector(x, x, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11);
    default:
      return __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
  }
}

// Rows of so few classes that a vector holds several whole ones; `classes` is constant.
INLINE void softmax_in_lanes(size_t classes, const float *logits, float *p, size_t n, float mix) {
  FOR_LANES(n) {
    v16 x = load_lanes(logits + i, width), largest = x;
    UNROLL for (size_t step = 1; step < classes; step *= 2)
      largest = v_max(largest, swap_lanes(largest, step));
    v16 e = v_exp(x - largest), sum = e;
    UNROLL for (size_t step = 1; step < classes; step *= 2) sum += swap_lanes(sum, step);
    v16 q = e * ((1.0f - mix) / sum) + mix / (float)classes;
    store_lanes(p + i, v_max(q, v_set(CK_LEAST_PROBABILITY)), width);
  }
}

static void CK(softmax)(const float *logits, float *p, size_t rows, size_t classes, float mix) {
  switch (classes) {
    case 2: return softmax_in_lanes(2, logits, p, rows * 2, mix);
    case 4: return softmax_in_lanes(4, logits, p, rows * 4, mix);
    case 8: return softmax_in_lanes(8, logits, p, rows * 8, mix);
    case 16: return softmax_in_lanes(16, logits, p, rows * 16, mix);
  }
  for (size_t r = 0; r < rows; r++) {
    const float *l = logits + r * classes;
    float largest = v_largest(l, classes);
    for (size_t c = 0; c < classes; c++) p[r * classes + c] = l[c] - largest;
  }
  FOR_LANES(rows * classes) store_lanes(p + i, v_exp(load_lanes(p + i, width)), width);
  float uniform = mix / (float)classes;
  for (size_t r = 0; r < rows; r++) {
    float *q = p + r * classes, sum = 0;
    for (size_t c = 0; c < classes; c++) sum += q[c];
    float factor = (1.0f - mix) / sum;
    for (size_t c = 0; c < classes; c++) {
      float value = q[c] * factor + uniform;
      q[c] = value > CK_LEAST_PROBABILITY ? value : CK_LEAST_PROBABILITY;
    }
  }
}

static void CK(softmax_gradient)(const float *p, const float *dp, float *dlogits, size_t rows,
                                 size_t classes, float mix) {
  float uniform = mix / (float)classes;
  for (size_t r = 0; r < rows; r++, p += classes, dp += classes, dlogits += classes) {
    // With s the softmax, (1 - mix) s = p - uniform.
    float sum = 0;
    for (size_t c = 0; c < classes; c++) sum += (p[c] - uniform) * dp[c];
    sum /= 1.0f - mix;
    for (size_t c = 0; c < classes; c++) dlogits[c] += (p[c] - uniform) * (dp[c] - sum);
  }
}

static void CK(logarithm)(const float *x, float *y, size_t n) {
  FOR_LANES(n) store_lanes(y + i, v_log(load_lanes(x + i, width)), width);
}

// ---- optimisers

// Returns the squares of what was subtracted from w.
INLINE v16 apply_update(float *w, v16 update, size_t i, size_t width, float rate, float decay) {
  v16 old = load_lanes(w + i, width);
  v16 step = rate * (update + decay * old);
  store_lanes(w + i, old - step, width);
  return step * step;
}

static double CK(laprop)(float *w, const float *g, float *nu, float *mu, size_t n, float clip,
                         float beta1, float beta2, float correction1, float correction2,
                         float epsilon, float rate, float decay, int momentum, int nesterov) {
  v16 total = v_set(0);
  FOR_LANES(n) {
    v16 gradient = load_lanes(g + i, width) * clip;
    v16 variance = beta2 * load_lanes(nu + i, width) + (1.0f - beta2) * (gradient * gradient);
    store_lanes(nu + i, variance, width);
    v16 corrected = variance / correction2;
    v16 root = __builtin_elementwise_sqrt(corrected);
    // Where the average has been flushed to zero there is no scale to divide by, and no step.
    v16 update = v_select(variance > 0.0f, gradient / (root + epsilon), v_set(0));
    if (momentum) {
      v16 mean = beta1 * load_lanes(mu + i, width) + (1.0f - beta1) * update;
      store_lanes(mu + i, mean, width);
      if (nesterov) mean = beta1 * mean + (1.0f - beta1) * update;
      update = mean / correction1;
    }
    total += apply_update(w, update, i, width, rate, decay);
  }
  return v_sum(total);
}

static double CK(adam)(float *w, const float *g, float *nu, float *mu, size_t n, float clip,
                       float beta1, float beta2, float correction1, float correction2,
                       float epsilon, float rate, float decay) {
  v16 total = v_set(0);
  FOR_LANES(n) {
    v16 gradient = load_lanes(g + i, width) * clip;
    v16 mean = beta1 * load_lanes(mu + i, width) + (1.0f - beta1) * gradient;
    v16 variance = beta2 * load_lanes(nu + i, width) + (1.0f - beta2) * (gradient * gradient);
    store_lanes(mu + i, mean, width);
    store_lanes(nu + i, variance, width);
    v16 corrected = variance / correction2;
    v16 root = __builtin_elementwise_sqrt(corrected);
    total += apply_update(w, (mean / correction1) / (root + epsilon), i, width, rate, decay);
  }
  return v_sum(total);
}
