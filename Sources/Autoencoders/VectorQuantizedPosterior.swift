import Autodiff
import Foundation
import Kernels
import LatentModels
import Learning
import NeuralNetworks
import Randomness

/// Latents that are replaced by the nearest codes of a codebook (van den Oord et al. 2017,
/// arXiv:1711.00937): `count` codes a row.
///
/// Distances count as equation 3 there has them, sums over a code's numbers and over all codes of a frame,
/// for the other losses are sums over a frame too; most implementations take means.
struct VectorQuantizedPosterior: PosteriorFamily {
  private let kind: VectorQuantization
  private let count: Int
  private let commitment: Float
  private let iterations: Int
  private let codebook: Codes

  private enum Codes: Sendable {
    case averaged(CodebookAverages)
    case trained(Parameter)
  }

  init(_ configuration: AutoencoderConfiguration, in builder: inout ParameterBuilder) {
    let settings = configuration.codebook
    kind = VectorQuantization(
      codes: settings.codes, width: settings.width, isCosine: settings.cosine,
      gradient: .init(rawValue: settings.gradient) ?? .straightThrough)
    (count, iterations) = (configuration.latent.size, settings.kmeans)
    commitment = Float(settings.commitment)
    // Codes of about length one.
    let initializer = Initializer(.normal, .none, scale: 1 / Double(kind.width).squareRoot())
    let name = "posterior"
    guard settings.learning == "ema" else {
      codebook = .trained(
        builder.declare("\(name)/codebook", shape: [kind.codes, kind.width], initializer))
      return
    }
    var averages = CodebookAverages.Settings()
    (averages.decay, averages.threshold) = (Float(settings.decay), Float(settings.restart))
    // A code that has just been put somewhere has a while to be chosen.
    averages.reset = max(1, averages.threshold)
    codebook = .averaged(
      CodebookAverages(kind, averages, initializer, named: name, in: &builder))
  }

  func begin(in parameters: ParameterStore) {
    if case .averaged(let averages) = codebook { averages.begin(in: parameters) }
  }

  var parameterWidth: Int { width }
  var width: Int { count * kind.width }
  var parts: Int { 0 }
  var constantDivergence: Float { Float(count) * log(Float(kind.codes)) }
  var codes: Int? { kind.codes }

  private var vectors: Parameter {
    switch codebook {
    case .averaged(let averages): averages.codebook
    case .trained(let parameter): parameter
    }
  }

  func encode(_ parameters: Tensor, prior _: Tensor, _: Draw, _ tape: Tape) -> EncodedRows {
    let rows = quantized(parameters, tape)
    var encoded = EncodedRows(
      sample: rows.value.reshaped(rows: parameters.rows, columns: width), inputs: parameters)
    encoded.codes = rows.codes
    encoded.assigned = rows.assigned
    let kind = LossTerm.Kind("codebook")
    encoded.penalties.append(
      (
        LossTerm("commitment", weight: commitment, kind: kind),
        ofRow(rows.commitment, parameters.rows, tape)
      ))
    if case .trained = codebook {
      encoded.penalties.append(
        (
          LossTerm("codebook", weight: 1, kind: kind),
          ofRow(rows.codebookLoss, parameters.rows, tape)
        )
      )
    }
    return encoded
  }

  /// Means over a code's numbers as sums over a row's.
  private func ofRow(_ means: Tensor, _ rows: Int, _ tape: Tape) -> Tensor {
    let sums = tape.scale(means, by: Float(kind.width))
    return count == 1 ? sums : tape.rowSums(of: sums.reshaped(rows: rows, columns: count))
  }

  private func quantized(_ parameters: Tensor, _ tape: Tape) -> QuantizedRows {
    tape.quantize(
      parameters.reshaped(rows: parameters.rows * count, columns: kind.width), vectors, kind)
  }

  func samples(of prior: Tensor, temperature _: Float, _ draw: Draw, _ tape: Tape) -> Tensor {
    let codes = uniformCodes(kind.codes, rows: prior.rows * count, draw, tape)
    return tape.constant(
      lookUp(codes, tape.values(of: vectors)), rows: prior.rows, columns: width)
  }

  func posteriorSamples(
    _ parameters: Tensor, temperature _: Float, _: Draw, _ tape: Tape
  ) -> Tensor { centers(parameters, tape) }

  func centers(_ parameters: Tensor, _ tape: Tape) -> Tensor {
    quantized(parameters, tape).value.reshaped(rows: parameters.rows, columns: width)
  }

  func finishUpdate(
    _ encoded: [EncodedRows], number: Int, _ parameters: ParameterStore, key: Key
  ) {
    guard case .averaged(let averages) = codebook else { return }
    let rows = encoded.compactMap(\.assigned)
    if number == 1, iterations > 0 {
      averages.start(
        fromClustersOf: rows.map(\.inputs), iterations: iterations, picks: .drawn(key),
        in: parameters)
    } else {
      averages.update(number, with: rows, picks: .drawn(key), in: parameters)
    }
  }

  func nearest(_ latents: [Float], _ parameters: ParameterStore) -> [Float] {
    let tape = Tape(arena: Arena(), values: parameters.values, gradients: .empty)
    return tape.withoutRecording {
      let rows = tape.constant(latents, rows: latents.count / kind.width, columns: kind.width)
      return tape.quantize(rows, vectors, kind).value.values.array
    }
  }

  func vectors(of codes: [Int32], _ parameters: ParameterStore) -> [Float] {
    let tape = Tape(arena: Arena(), values: parameters.values, gradients: .empty)
    return lookUp(codes, tape.values(of: vectors))
  }

  private func lookUp(_ codes: [Int32], _ vectors: Region) -> [Float] {
    let numbers = vectors.array
    return codes.flatMap { code -> ArraySlice<Float> in
      numbers[Int(code) * kind.width..<(Int(code) + 1) * kind.width]
    }
  }
}
