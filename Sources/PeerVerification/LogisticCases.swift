import Autodiff
import DensityKernels
import Distributions
import Kernels

/// Mixtures of discretised logistic distributions over three channels (`dmol`), as openai/vdvae has them.
struct LogisticMixtureCase: PeerCase {
  private struct Facts: Decodable {
    /// Whether there are 32 levels in place of 256.
    let low: Bool?
  }

  private let file: PeerFile
  /// `[B, H, W]`.
  private let places: [Int]
  private let mixture: LogisticMixture
  private var rows: Int { places.reduce(1, *) }
  private var imageRows: Int { places[1] * places[2] }

  init(_ file: PeerFile) throws {
    self.file = file
    let shape = try file.shape("in/params", axes: 4)
    guard shape[3] % 10 == 0 else {
      throw file.error("in/params has \(shape[3]) numbers a pixel, not ten for each component")
    }
    places = Array(shape.prefix(3))
    let isLow = try file.specification(Facts.self).low ?? false
    mixture = LogisticMixture(
      channels: 3, components: shape[3] / 10, levels: isLow ? 32 : 256, floor: -7)
  }

  func compare(_ comparison: inout PeerComparison) throws {
    try compareDensity(&comparison)
    let isDrawn = ["out/sample", "in/noise/uniform_mixture", "in/noise/uniform_logistic"]
      .contains { file.tensors[$0] != nil }
    if isDrawn { try compareSample(&comparison) }
  }

  private func compareDensity(_ comparison: inout PeerComparison) throws {
    let tape = try comparison.makeTape()
    let raw = try tape.tracked("in/params", places + [mixture.width], rows: rows)
    let result = LogisticMixtureDistribution(raw, mixture)
      .logProbability(of: try tape.constant("in/x", places + [3], rows: rows), tape.tape)
    let images = (0..<places[0]).map { image in
      let pixels = result.values.rows(image * imageRows..<(image + 1) * imageRows, columns: 1)
      return -pixels.sum / Double(3 * imageRows)
    }
    try comparison.compare(
      images.map { Float($0) }, "out/nll_per_dim", shape: [places[0]], in: "likelihood")
    try comparison.compare(images.reduce(0, +), "out/loss", in: "likelihood")
    result.gradient.fill(-1 / Float(3 * imageRows))
    tape.tape.backward()
    try comparison.compareGradients(tape, in: "likelihood")
  }

  private func compareSample(_ comparison: inout PeerComparison) throws {
    let tape = try comparison.makeTape()
    let raw = try tape.constant("in/params", places + [mixture.width], rows: rows)
    let choices = try tape.constant(
      "in/noise/uniform_mixture", places + [mixture.components], rows: rows)
    let uniforms = try tape.constant("in/noise/uniform_logistic", places + [3], rows: rows)
    let value = tape.tape.tensor(rows: rows, columns: 3, tracked: false)
    mixture.sample(
      raw.values, choices: choices.values, places: uniforms.values, into: value.values)
    try comparison.compare(value.values, "out/sample", shape: places + [3], in: "samples")
  }
}

/// Discretised logistic distributions, one a channel (`dlogistic`), as NVlabs/NVAE has them but for the
/// upper edge; and of three channels its mixture.
struct DiscretizedLogisticCase: PeerCase {
  private let file: PeerFile
  /// `[B, C, H, W]`.
  private let image: [Int]
  private var rows: Int { image[0] }
  private var columns: Int { image[1] * image[2] * image[3] }

  init(_ file: PeerFile) throws {
    self.file = file
    image = try file.shape("in/x01", axes: 4)
  }

  func compare(_ comparison: inout PeerComparison) throws {
    let tape = try comparison.makeTape()
    let shape = [image[0], 2 * image[1], image[2], image[3]]
    let raw = try tape.tracked("in/params", shape, rows: rows)
    let count = rows * columns
    // A row of its own for each number: the file has the log-probability of each.
    func part(_ range: Range<Int>) -> Tensor {
      tape.tape.columns(range, of: raw).reshaped(rows: count, columns: 1)
    }
    let distribution = DiscretizedLogisticDistribution(
      mean: part(0..<columns), logScale: part(columns..<2 * columns),
      DiscretizedLogistic(levels: 256, floor: -8))
    let x = tape.constant(try values(), rows: count)
    let result = distribution.logProbability(of: x, tape.tape)
    try comparison.compare(result.values, "out/logp", shape: image, in: "likelihood")
    try comparison.compare(-result.values.sum, "out/loss", in: "likelihood")
    result.gradient.fill(-1)
    tape.tape.backward()
    try comparison.compareGradients(tape, in: "likelihood")
    try compareMixture(&comparison)
  }

  /// The pixels in [-1, 1], channel by channel.
  private func values() throws -> [Float] { try file.floats("in/x01", image).map { 2 * $0 - 1 } }

  // MARK: the mixture

  /// With three channels a file can have the mixture's results for the same pixels as well. Its tensors
  /// are known by what the likelihood alone does not have, and by their shapes.
  private func compareMixture(_ comparison: inout PeerComparison) throws {
    guard image[1] == 3, let (key, shape) = mixtureParameters else { return }
    let tape = try comparison.makeTape()
    let pixels = rows * image[2] * image[3]
    let raw = tape.tracked(channelsLast(try file.floats(key, shape), shape[1]), rows: pixels)
    let mixture = LogisticMixture(
      channels: 3, components: shape[1] / 10, levels: 256, floor: -7)
    let result = LogisticMixtureDistribution(raw, mixture).logProbability(
      of: tape.constant(channelsLast(try values(), 3), rows: pixels), tape.tape)
    let logProbability = result.values.array
    result.gradient.fill(-1)
    tape.tape.backward()
    let gradient = channelsFirst(raw.gradient.array, shape[1])
    for name in comparison.left {
      let found = file.tensors[name]?.shape ?? []
      if name.hasPrefix("grad/") && found == shape {
        try comparison.compare(gradient, name, shape: shape, in: "mixture gradients")
      } else if name.hasPrefix("out/") && found.isEmpty {
        try comparison.compare(-logProbability.reduce(0) { $0 + Double($1) }, name, in: "mixture")
      } else if name.hasPrefix("out/") && found.reduce(1, *) == pixels {
        try comparison.compare(logProbability, name, shape: found, in: "mixture")
      }
    }
  }

  /// The one tensor besides with ten numbers of each component for each pixel, and its shape.
  private var mixtureParameters: (key: String, shape: [Int])? {
    let own = ["in/params", "in/x01", "in/pixels"]
    let fitting = file.tensors.names.filter { name in
      let shape = file.tensors[name]?.shape ?? []
      return name.hasPrefix("in/") && !own.contains(name) && shape.count == 4 && shape[1] > 0
        && shape[1] % 10 == 0 && shape == [image[0], shape[1], image[2], image[3]]
    }
    guard fitting.count == 1 else { return nil }
    return (fitting[0], file.tensors[fitting[0]]?.shape ?? [])
  }

  /// `[B, C, H, W]` as `[B, H, W, C]`.
  private func channelsLast(_ numbers: [Float], _ channels: Int) -> [Float] {
    let plane = image[2] * image[3]
    return numbers.indices.map { index in
      let (pixel, channel) = (index / channels, index % channels)
      return numbers[(pixel / plane * channels + channel) * plane + pixel % plane]
    }
  }

  /// `[B, H, W, C]` as `[B, C, H, W]`.
  private func channelsFirst(_ numbers: [Float], _ channels: Int) -> [Float] {
    let plane = image[2] * image[3]
    return numbers.indices.map { index in
      let (place, pixel) = (index / plane, index % plane)
      return numbers[(place / channels * plane + pixel) * channels + place % channels]
    }
  }
}
