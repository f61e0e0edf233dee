import Autodiff
import Kernels

/// S latents of a few numbers each that are rounded to levels: finite scalar quantisation (Mentzer et al.
/// 2023, arXiv:2309.15505). A latent has as many codes as the product of its levels.
package struct FiniteScalarLatent: CodedLatent {
  package let count: Int
  package let unimix: Float
  let scalars: FiniteScalarQuantization

  package init(count: Int, levels: [Int], unimix: Float) {
    (self.count, self.unimix) = (count, unimix)
    scalars = FiniteScalarQuantization(levels: levels)
  }

  init(_ settings: some LatentSettings) {
    self.init(count: settings.stoch, levels: settings.levels, unimix: Float(settings.unimix))
  }

  package var codeCount: Int { scalars.codes }
  package var codeWidth: Int { scalars.width }

  package func quantize(_ x: Tensor, _ tape: Tape) -> (choices: Region, value: Tensor) {
    let rounded = scalars.quantize(x, tape)
    return (rounded.choices, rounded.value)
  }

  package func look(up choices: Region, into vectors: Region, _ tape: Tape) {
    scalars.scalars.values(of: choices, into: vectors)
  }

  /// None: nothing is learned about where the levels are.
  package func losses(
    of x: Tensor, _ choices: Region, _ tape: Tape
  ) -> (commitment: Tensor, codebook: Tensor)? { nil }

  package func codes(of samples: [Float], _ tape: Tape) -> [Int] {
    scalars.codes(ofValues: samples)
  }

  // MARK: in replay

  private var numbers: CodeBytes { CodeBytes(codes: codeCount) }
  package var storedBytes: Int { count * numbers.width }

  /// The number of each latent's code.
  package func store(_ samples: [Float]) -> [UInt8] {
    numbers.bytes(of: scalars.codes(ofValues: samples))
  }

  package func load(_ bytes: ArraySlice<UInt8>) -> [Float] {
    // A stranger's number that no code has is the last.
    let codes = numbers.codes(of: bytes).map { Int32(min($0, codeCount - 1)) }
    return scalars.values(of: codes)
  }
}
