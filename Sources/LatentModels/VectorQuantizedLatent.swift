import Autodiff
import Kernels
import NeuralNetworks
import Randomness

/// S latents that are one of K codes each, vectors of a codebook that all share (van den Oord et al. 2017,
/// arXiv:1711.00937).
///
/// The codebook is a parameter, `dyn/codebook`, learned by its own loss.
package struct VectorQuantizedLatent: CodedLatent {
  package let count: Int
  package let unimix: Float
  let kind: VectorQuantization
  /// Nil before it is declared.
  private var codebook: Parameter?

  package init(count: Int, codes: Int, width: Int, unimix: Float) {
    (self.count, self.unimix) = (count, unimix)
    kind = VectorQuantization(codes: codes, width: width)
  }

  init(_ settings: some LatentSettings) {
    self.init(
      count: settings.stoch, codes: settings.codes, width: settings.codeWidth,
      unimix: Float(settings.unimix))
  }

  package var codeCount: Int { kind.codes }
  package var codeWidth: Int { kind.width }

  /// Codes are drawn as the encoder's numbers are at first: about standard normal.
  package func declared(in builder: inout ParameterBuilder) -> VectorQuantizedLatent {
    var latent = self
    latent.codebook = builder.declare(
      "dyn/codebook", shape: [kind.codes, kind.width], Initializer(.normal))
    return latent
  }

  private var table: Parameter {
    guard let codebook else { preconditionFailure("a codebook that is not declared") }
    return codebook
  }

  package func quantize(_ x: Tensor, _ tape: Tape) -> (choices: Region, value: Tensor) {
    let assigned = tape.assign(x, table, kind)
    return (assigned.choices, tape.replace(x, assigned.choices, table, kind))
  }

  package func look(up choices: Region, into vectors: Region, _ tape: Tape) {
    Codebook.look(up: choices, in: tape.values(of: table), width: kind.width, into: vectors)
  }

  package func losses(
    of x: Tensor, _ choices: Region, _ tape: Tape
  ) -> (commitment: Tensor, codebook: Tensor)? {
    tape.quantizationLosses(of: x, choices, table, kind)
  }

  package func codes(of samples: [Float], _ tape: Tape) -> [Int] {
    let rows = tape.constant(
      samples, rows: samples.count / kind.width, columns: kind.width)
    return tape.assign(rows, table, kind).choices.array.map { Int($0) }
  }

  /// Standard normal numbers, as codes are at first.
  package func arbitrarySamples(rows: Int, key: Key) -> [Float] {
    GaussianLatent(count: width).arbitrarySamples(rows: rows, key: key)
  }

  // MARK: in replay

  // The codebook moves: what is remembered is the vectors that the model had, not their numbers.
  package var storedBytes: Int { GaussianLatent(count: width).storedBytes }
  package func store(_ samples: [Float]) -> [UInt8] { GaussianLatent(count: width).store(samples) }
  package func load(_ bytes: ArraySlice<UInt8>) -> [Float] {
    GaussianLatent(count: width).load(bytes)
  }
}
