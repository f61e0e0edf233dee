import Foundation
import NeuralNetworks

/// A file of tensors that another implementation computed, with how far its own single precision was
/// from its double precision.
package struct GoldenTensors {
  private let file: SafeTensors
  private let noise: [String: Double]

  /// - Parameter name: of a file in `Tests/Fixtures/golden-vae`.
  package init(_ name: String) throws {
    file = try SafeTensors(
      contentsOf: Fixtures.folder.appendingPathComponent("golden-vae/\(name).safetensors"))
    noise = try JSONDecoder().decode(
      [String: Double].self, from: Data((file.metadata["noise"] ?? "{}").utf8))
  }

  /// A tensor's numbers; none where the file has no such tensor.
  package subscript(name: String) -> [Float] { (file[name]?.doubles ?? []).map(Float.init) }

  package func shape(_ name: String) -> [Int] { file[name]?.shape ?? [] }

  /// The largest difference over the largest number, as a part of what is allowed: ten millionths (of
  /// gradients twenty), or thirty times the noise. At most 1 where they agree.
  package func error(_ values: [Float], _ name: String) -> Double {
    let expected = self[name]
    guard values.count == expected.count, !expected.isEmpty else { return .infinity }
    let scale = expected.reduce(0) { max($0, abs(Double($1))) }
    let allowed = max(name.hasPrefix("grad/") ? 2e-5 : 1e-5, 30 * (noise[name] ?? 0)) * scale
    return zip(values, expected).reduce(0) { worst, pair in
      let error = abs(Double(pair.0) - Double(pair.1)) / allowed
      return error.isNaN ? .infinity : max(worst, error)
    }
  }
}
