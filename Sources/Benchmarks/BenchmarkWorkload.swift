import Agents
import EnvironmentInterface
import Randomness
import ReplayBuffers
import TrainedAgents

/// A made-up world's agent and random experience of it: what `bench.*` describes.
struct BenchmarkWorkload {
  let configuration: TrainingConfiguration
  let agent: Agent
  let layout: ReplayLayout
  private let key = Key(seed: 0).fold("benchmark")

  /// - Throws: `LayerStyleError`, `ImageShapeError`.
  init(_ configuration: TrainingConfiguration) throws {
    self.configuration = configuration
    let spaces = configuration.bench.spaces
    agent = try Agent(
      configuration.agent, spaces: spaces, actionSpace: configuration.bench.actionSpace,
      key: key.fold("parameters"))
    layout = ReplayLayout(agent)
  }

  var subject: String {
    let bench = configuration.bench
    let image = bench.image.map(String.init).joined(separator: "×")
    let shown = [
      image.isEmpty ? "" : "\(image) image", bench.vector > 0 ? "\(bench.vector) numbers" : "",
    ]
    return (shown + ["\(bench.actions) actions"]).filter { !$0.isEmpty }.joined(separator: ", ")
      + "; batch \(configuration.batchSize)×\(configuration.batchLength), "
      + "\(configuration.agent.imagLength) imagined steps, \(configuration.run.shards) shards"
  }

  /// Random numbers in the place of what the agent would see.
  func makeObservation(_ generator: inout Generator) -> Observation {
    var observation = Observation(spaces: agent.spaces)
    for image in observation.images.indices {
      for byte in observation.images[image].indices {
        observation.images[image][byte] = UInt8(truncatingIfNeeded: generator.next())
      }
    }
    for vector in observation.vectors.indices {
      for index in observation.vectors[vector].indices {
        observation.vectors[vector][index] = Float(generator.normal())
      }
    }
    return observation
  }

  /// Replay with as many rows as two batches have, from as many environments as a batch has
  /// sequences, in episodes of 50 steps.
  func makeReplay() throws -> Replay {
    let window = configuration.windowLength
    let replay = try Replay(
      configuration.replay, layout: layout, streamCount: configuration.batchSize,
      windowLength: window, key: key.fold("replay"))
    let latent = agent.worldModel.rssm.latent
    for stream in 0..<configuration.batchSize {
      let key = key.fold("rows").fold(stream)
      var generator = Generator(key: key)
      for number in 0..<2 * window {
        var row = makeRow(number, &generator)
        row.stoch = latent.store(latent.arbitrarySamples(rows: 1, key: key.fold(number)))
        try replay.append(row, stream: stream)
      }
    }
    return replay
  }

  private func makeRow(_ number: Int, _ generator: inout Generator) -> ReplayRow {
    var row = ReplayRow(observation: makeObservation(&generator), layout: layout)
    row.isFirst = number % 50 == 0
    row.isLast = number % 50 == 49
    row.isTerminal = row.isLast
    row.reward = row.isFirst ? 0 : Float(generator.uniform())
    row.action = [Float(generator.integer(below: configuration.bench.actions))]
    for index in row.deter.indices { row.deter[index] = Float(generator.uniform(-1, 1)) }
    return row
  }
}

extension BenchConfiguration {
  var spaces: [ObservationSpace] {
    var spaces: [ObservationSpace] = []
    if image.count == 3 {
      let kind = ObservationSpace.Kind.image(
        height: image[0], width: image[1], channels: image[2])
      spaces.append(ObservationSpace(name: "image", kind: kind))
    }
    if vector > 0 {
      spaces.append(ObservationSpace(name: "vector", kind: .vector(count: vector)))
    }
    return spaces
  }

  var actionSpace: ActionSpace { .discrete(count: actions) }
}
