import Autodiff
import Foundation
import Kernels
import LatentModels
import NeuralNetworks
import Randomness

/// Latents that are rounded to levels, each row so many codes (Mentzer et al. 2023, arXiv:2309.15505).
struct FiniteScalarPosterior: PosteriorFamily {
  private let quantization: FiniteScalarQuantization
  private let count: Int

  init(_ configuration: AutoencoderConfiguration) {
    quantization = FiniteScalarQuantization(levels: configuration.fsq.levels)
    count = configuration.latent.size
  }

  var parameterWidth: Int { width }
  var width: Int { count * quantization.width }
  var parts: Int { 0 }
  var constantDivergence: Float { Float(count) * log(Float(quantization.codes)) }
  var codes: Int? { quantization.codes }

  func encode(
    _ parameters: Tensor, prior _: Tensor, _: Draw, _ tape: Tape
  ) -> EncodedRows {
    let rows = quantized(parameters, tape)
    var encoded = EncodedRows(
      sample: rows.value.reshaped(rows: parameters.rows, columns: width), inputs: parameters)
    encoded.codes = rows.codes
    return encoded
  }

  private func quantized(_ parameters: Tensor, _ tape: Tape) -> QuantizedScalars {
    quantization.quantize(
      parameters.reshaped(rows: parameters.rows * count, columns: quantization.width), tape)
  }

  func samples(of prior: Tensor, temperature _: Float, _ draw: Draw, _ tape: Tape) -> Tensor {
    let codes = uniformCodes(quantization.codes, rows: prior.rows * count, draw, tape)
    return tape.constant(
      quantization.values(of: codes), rows: prior.rows, columns: width)
  }

  func posteriorSamples(
    _ parameters: Tensor, temperature _: Float, _: Draw, _ tape: Tape
  ) -> Tensor { centers(parameters, tape) }

  func centers(_ parameters: Tensor, _ tape: Tape) -> Tensor {
    quantized(parameters, tape).value.reshaped(rows: parameters.rows, columns: width)
  }

  func nearest(_ latents: [Float], _: ParameterStore) -> [Float] {
    latents.enumerated().map { index, value in
      let levels = quantization.levels[index % quantization.width]
      let half = Float(levels / 2)
      return min(max((value * half).rounded(), -half), Float(levels - 1) - half) / half
    }
  }

  func vectors(of codes: [Int32], _: ParameterStore) -> [Float] { quantization.values(of: codes) }
}

extension PosteriorFamily {
  /// Codes that are drawn uniformly; of a fixed draw, the first.
  func uniformCodes(_ codes: Int, rows: Int, _ draw: Draw, _ tape: Tape) -> [Int32] {
    guard case .random(let key, let numbering) = draw else {
      return [Int32](repeating: 0, count: rows)
    }
    let uniforms = Storage(count: rows)
    uniforms.region.fillUniform(key: key, rows: numbering, columns: 1)
    return uniforms.region.array.map { Int32(min(Int($0 * Float(codes)), codes - 1)) }
  }
}
