// The activation functions on sixteen lanes, and their derivatives.
//
// The codes are those of Swift's `Activation`. A caller that passes a constant code gets the one
// branch inlined; otherwise the switch costs one predictable jump for sixteen lanes.
#pragma once
#include "vector.h"

enum {
  CK_NONE = 0,
  CK_SILU = 1,
  CK_RELU = 2,
  CK_GELU = 3,
  CK_ELU = 4,
  CK_TANH = 5,
  CK_SIGMOID = 6,
  CK_SOFTPLUS = 7,
  CK_MISH = 8,
  CK_RELU2 = 9,
};

// The argument of GELU's tanh: sqrt(2/π)·(x + 0.044715·x³). Hendrycks and Gimpel 2016,
// arXiv:1606.08415, section 2.
INLINE v16 v_gelu_argument(v16 x) {
  return 0.7978845608f * (x + 0.044715f * x * x * x);
}

// tanh(softplus(x)) without a logarithm: with e = e^x it is (e² + 2e) / (e² + 2e + 2). Above 20 it
// is 1 in single precision.
INLINE v16 v_mish_gate(v16 x) {
  v16 e = v_exp(v_min(x, v_set(20.0f)));
  v16 n = e * (e + 2.0f);
  return n / (n + 2.0f);
}

// The activation of x.
INLINE v16 v_activate(int code, v16 x) {
  switch (code) {
    case CK_SILU: return x * v_sigmoid(x);
    case CK_RELU: return v_max(x, v_set(0));
    case CK_GELU: return 0.5f * x * (1.0f + v_tanh(v_gelu_argument(x)));
    case CK_ELU: return v_select(x > 0.0f, x, v_exp(v_min(x, v_set(0))) - 1.0f);
    case CK_TANH: return v_tanh(x);
    case CK_SIGMOID: return v_sigmoid(x);
    case CK_SOFTPLUS: return v_max(x, v_set(0)) + v_log(1.0f + v_exp(-v_abs(x)));
    case CK_MISH: return x * v_mish_gate(x);
    case CK_RELU2: {
      v16 r = v_max(x, v_set(0));
      return r * r;
    }
    default: return x;
  }
}

// The derivative of the activation at x; where it jumps (relu at 0), the value from the left.
INLINE v16 v_activate_gradient(int code, v16 x) {
  switch (code) {
    case CK_SILU: {
      v16 s = v_sigmoid(x);
      return s * (1.0f + x * (1.0f - s));
    }
    case CK_RELU: return v_select(x > 0.0f, v_set(1), v_set(0));
    case CK_GELU: {
      v16 t = v_tanh(v_gelu_argument(x));
      v16 slope = 0.7978845608f * (1.0f + 3.0f * 0.044715f * x * x);
      return 0.5f * (1.0f + t) + 0.5f * x * (1.0f - t * t) * slope;
    }
    case CK_ELU: return v_select(x > 0.0f, v_set(1), v_exp(v_min(x, v_set(0))));
    case CK_TANH: {
      v16 t = v_tanh(x);
      return 1.0f - t * t;
    }
    case CK_SIGMOID: {
      v16 s = v_sigmoid(x);
      return s * (1.0f - s);
    }
    case CK_SOFTPLUS: return v_sigmoid(x);
    case CK_MISH: {
      v16 t = v_mish_gate(x);
      return t + x * (1.0f - t * t) * v_sigmoid(x);
    }
    case CK_RELU2: return 2.0f * v_max(x, v_set(0));
    default: return v_set(1);
  }
}
