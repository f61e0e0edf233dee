import Foundation

/// Activations in double precision, by the names of configurations.
package func naiveActivation(_ name: String, _ x: Double) -> Double {
  switch name {
  case "silu": x / (1 + exp(-x))
  case "relu": max(x, 0)
  case "gelu": 0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
  case "elu": x > 0 ? x : expm1(x)
  case "tanh": tanh(x)
  case "sigmoid": 1 / (1 + exp(-x))
  case "softplus": max(x, 0) + log1p(exp(-abs(x)))
  case "mish": x * tanh(max(x, 0) + log1p(exp(-abs(x))))
  case "relu2": max(x, 0) * max(x, 0)
  default: x
  }
}

/// `activation(norm over channels)` of each pixel; `kind` is `rms`, `layer` or `none`.
package func naiveChannelNorm(
  _ input: NaiveImages, kind: String, epsilon: Double, scale: [Double], shift: [Double],
  activation: String
) -> NaiveImages {
  let channels = input.channels
  return input.mapIndices { image, row, column, channel in
    let pixel = (0..<channels).map { input[image, row, column, $0] }
    let mean = kind == "layer" ? pixel.reduce(0, +) / Double(channels) : 0
    let square = pixel.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(channels)
    guard kind != "none" else { return naiveActivation(activation, pixel[channel]) }
    let normal = (pixel[channel] - mean) / (square + epsilon).squareRoot() * scale[channel]
    return naiveActivation(activation, normal + (kind == "layer" ? shift[channel] : 0))
  }
}
