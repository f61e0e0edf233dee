import Autodiff
import Kernels
import LatentModels
import NeuralNetworks
import Randomness

/// A model of single frames: an encoder, latents of a family, a decoder, and how pixels are distributed.
package struct Autoencoder: Sendable {
  package let configuration: AutoencoderConfiguration
  package let frame: FrameSize
  /// Numbers of a condition; 0 where there is none.
  package let conditionWidth: Int
  package let posterior: any PosteriorFamily
  package let likelihood: any Likelihood
  package let objective: any Objective
  package let parameters: ParameterStore
  /// What the encoder leaves of a frame.
  private let cell: FrameSize
  private let encoder: FrameEncoder
  private let decoder: FrameDecoder
  /// Of a prior that is learned.
  private let prior: Linear?

  /// - Parameters:
  ///   - labels: classes of the label that conditions the model; nil where frames have none.
  ///   - key: of the parameters that the model begins with.
  ///   - parts: what makes those parts that a configuration cannot name.
  /// - Throws: ``AutoencoderError`` where frames and settings make no model.
  package init(
    _ configuration: AutoencoderConfiguration, frame: FrameSize, labels: Int?, key: Key,
    parts: AutoencoderParts = AutoencoderParts()
  ) throws {
    try Self.check(configuration, frame, labels: labels)
    (self.configuration, self.frame) = (configuration, frame)
    let condition = configuration.conditional ? labels ?? 0 : 0
    conditionWidth = condition
    var builder = ParameterBuilder()
    let layers = try FrameLayers(configuration.net)
    posterior = parts.posterior(configuration, &builder)
    likelihood = parts.likelihood(configuration, frame, &builder)
    objective = parts.objective(configuration)
    encoder = FrameEncoder(
      configuration, frame, condition: condition, outputs: posterior.parameterWidth, layers,
      in: &builder)
    cell = encoder.cell
    decoder = FrameDecoder(
      configuration, cell: cell, latents: posterior.width, condition: condition,
      outputs: likelihood.outputChannels, layers, in: &builder)
    let places = configuration.latent.isSpatial ? cell.pixels : 1
    // Zeros are the standard prior, at which a learned one begins.
    prior =
      configuration.prior == "learned"
      ? Linear(
        from: max(condition, 1), to: places * posterior.parameterWidth, .zeros, named: "prior",
        in: &builder) : nil
    parameters = ParameterStore(builder, key: key)
    posterior.begin(in: parameters)
    guard latentCount <= frame.count else {
      throw AutoencoderError(
        key: "vae.latent.size",
        problem: "\(latentCount) numbers of latents are more than the \(frame.count) of a frame",
        remedy: "take fewer, or more vae.net.stages with spatial latents")
    }
  }

  private static func check(
    _ configuration: AutoencoderConfiguration, _ frame: FrameSize, labels: Int?
  ) throws {
    let factor = 1 << configuration.net.stages
    guard frame.height % factor == 0, frame.width % factor == 0 else {
      throw AutoencoderError(
        key: "vae.net.stages",
        problem: "frames of \(frame.height)×\(frame.width) cannot be halved "
          + "\(configuration.net.stages) times",
        remedy: "take fewer stages, or give data.size a multiple of \(factor)")
    }
    guard !configuration.conditional || labels ?? 0 > 0 else {
      throw AutoencoderError(
        key: "vae.conditional", problem: "the frames have no labels to condition on",
        remedy: "give data.labels, a world or a folder with sub-folders, or set it to false")
    }
  }

  /// Places that have latents: 1, or the cells of spatial ones.
  package var places: Int { configuration.latent.isSpatial ? cell.pixels : 1 }

  /// Rows and columns of the places.
  package var placesShape: (rows: Int, columns: Int) {
    configuration.latent.isSpatial ? (cell.height, cell.width) : (1, 1)
  }

  /// Numbers of a frame's latents.
  package var latentCount: Int { places * posterior.width }

  // MARK: on a tape

  /// Frames as numbers, `[n, …]`, constants.
  ///
  /// - Parameter bytes: `[n, height, width, channels]`.
  package func numbers(of bytes: some Sequence<UInt8>, _ tape: Tape) -> Tensor {
    let table = likelihood.scale.table
    let numbers = bytes.map { table[Int($0)] }
    return tape.constant(numbers, rows: numbers.count / frame.count, columns: frame.count)
  }

  /// Labels as one-hot rows; nil of a model without a condition.
  package func condition(_ labels: some Collection<Int>, _ tape: Tape) -> Tensor? {
    if conditionWidth == 0 { return nil }
    let rows = tape.zeros(rows: labels.count, columns: conditionWidth)
    for (row, label) in labels.enumerated() { rows.values[row * conditionWidth + label] = 1 }
    return rows
  }

  /// What frames say of their latents, `[n · places, parameterWidth]`.
  package func encode(_ frames: Tensor, _ condition: Tensor?, _ tape: Tape) -> Tensor {
    encoder(frames, condition, tape)
  }

  /// What latents are compared with, `[n · places, parameterWidth]`.
  package func prior(rows n: Int, _ condition: Tensor?, _ tape: Tape) -> Tensor {
    let width = posterior.parameterWidth
    guard let prior else { return tape.zeros(rows: n * places, columns: width) }
    let parameters = prior(condition ?? tape.zeros(rows: n, columns: 1), tape)
    return parameters.reshaped(rows: n * places, columns: width)
  }

  /// What latents `[n · places, width]` say of frames: `[n, pixels · outputChannels]`.
  package func decode(_ latents: Tensor, _ condition: Tensor?, _ tape: Tape) -> Tensor {
    decoder(latents, condition, tape)
  }

  /// Draws latents of frames, and decodes them.
  ///
  /// - Parameters:
  ///   - samples: draws of each frame, whose rows stand one below the other.
  ///   - draw: its rows are `samples · places` for each frame.
  package func pass(
    _ frames: Tensor, _ condition: Tensor?, samples: Int, _ draw: Draw, _ tape: Tape
  ) -> FramePass {
    let parameters = encode(frames, condition, tape)
    let repeated = repeating(parameters, samples, tape)
    let condition = condition.map { tape.repeatRows($0, times: samples) }
    let prior = prior(rows: frames.rows * samples, condition, tape)
    let encoded = posterior.encode(repeated, prior: prior, draw, tape)
    return FramePass(
      frames: tape.repeatRows(frames, times: samples), samples: samples, parameters: repeated,
      prior: prior, encoded: encoded, output: decode(encoded.sample, condition, tape))
  }

  /// The places of each frame together, so many times.
  private func repeating(_ rows: Tensor, _ count: Int, _ tape: Tape) -> Tensor {
    if count == 1 { return rows }
    let frames = rows.reshaped(rows: rows.rows / places, columns: places * rows.columns)
    return tape.repeatRows(frames, times: count)
      .reshaped(rows: rows.rows * count, columns: rows.columns)
  }

  /// Whether draws of latents have densities, so that they can be weighed.
  package var isDense: Bool { posterior is any DensePosterior }

  /// Latents that the decoder knows, next to some: the nearest codes of quantised ones.
  package func nearest(_ latents: [Float]) -> [Float] { posterior.nearest(latents, parameters) }

  // MARK: divergences of single dimensions

  /// Dimensions of a frame that have divergences: groups of `dimensions` each.
  ///
  /// A group of free nats is a channel of spatial latents, over all places (Kingma et al. 2016,
  /// arXiv:1606.04934, appendix C.8); vector latents are one group.
  package var divergenceGroups: (count: Int, dimensions: Int) {
    configuration.latent.isSpatial ? (posterior.parts, places) : (1, posterior.parts)
  }

  /// Divergences `[n · places · parts]` as `[n, groups · dimensions]`, or back.
  package func byGroup(_ values: [Float], reversed: Bool = false) -> [Float] {
    let (parts, places) = (posterior.parts, places)
    if places == 1 || parts == 1 { return values }
    let (rows, columns) = reversed ? (parts, places) : (places, parts)
    var result = [Float](repeating: 0, count: values.count)
    for frame in stride(from: 0, to: values.count, by: rows * columns) {
      for row in 0..<rows {
        for column in 0..<columns {
          result[frame + column * rows + row] = values[frame + row * columns + column]
        }
      }
    }
    return result
  }
}

/// What makes the parts of a model: those that its configuration names, or a program's own.
package struct AutoencoderParts: Sendable {
  package var posterior:
    @Sendable (AutoencoderConfiguration, inout ParameterBuilder) -> any PosteriorFamily = {
      PosteriorFamilies.make($0, in: &$1)
    }
  package var likelihood:
    @Sendable (AutoencoderConfiguration, FrameSize, inout ParameterBuilder) -> any Likelihood = {
      Likelihoods.make($0, $1, in: &$2)
    }
  package var objective: @Sendable (AutoencoderConfiguration) -> any Objective = {
    Objectives.make($0)
  }

  /// Those that the configuration names.
  package init() {}
}

/// What came of some frames, on a tape.
package struct FramePass: Sendable {
  /// `[n · samples, …]`, as numbers.
  package let frames: Tensor
  package let samples: Int
  /// `[n · samples · places, parameterWidth]`.
  package let parameters: Tensor
  package let prior: Tensor
  package let encoded: EncodedRows
  /// `[n · samples, pixels · outputChannels]`.
  package let output: Tensor
}

/// Frames and settings that make no model.
package struct AutoencoderError: Error, CustomStringConvertible, Equatable {
  /// The setting that is at fault.
  package let key: String
  package let problem: String
  package let remedy: String

  package init(key: String, problem: String, remedy: String) {
    (self.key, self.problem, self.remedy) = (key, problem, remedy)
  }

  package var description: String { "\(key): \(problem); \(remedy)" }
}
