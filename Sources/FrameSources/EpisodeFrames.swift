import EnvironmentInterface
import Files
import Foundation
import Randomness
import Worlds

/// Frames of episodes, in memory: played in a world, or recorded in one.
package struct EpisodeFrames: FrameSource {
  package let shape: FrameShape
  package let factors: [FrameFactor]
  package let episodes: [Range<Int>]?
  package let origin: String
  /// `[count, height, width, channels]`.
  private let pixels: [UInt8]

  package var count: Int { pixels.count / shape.count }

  package func read(_ indices: [Int]) throws -> [UInt8] {
    check(indices)
    var frames: [UInt8] = []
    frames.reserveCapacity(indices.count * shape.count)
    for run in runs(of: indices) {
      frames += pixels[run.lowerBound * shape.count..<run.upperBound * shape.count]
    }
    return frames
  }

  private init(
    _ pixels: [UInt8], of shape: FrameShape, lengths: [Int], factors: [FrameFactor], from: String
  ) {
    var end = 0
    episodes = lengths.map { length in
      end += length
      return end - length..<end
    }
    let plural = lengths.count == 1 ? "" : "s"
    origin = "\(described(end, shape)) of \(grouped(lengths.count)) episode\(plural) \(from)"
    (self.pixels, self.shape, self.factors) = (pixels, shape, factors)
  }
}

// MARK: - played

extension EpisodeFrames {
  /// An episode is cut off at this part of all frames, so that there are as many to deal out.
  private static let fewestEpisodes = 20

  /// Plays uniformly random actions until there are so many frames. Frames that look the same are kept:
  /// what is seen often counts often.
  ///
  /// - Parameters:
  ///   - world: driven as agents drive it.
  ///   - count: frames, resets counted; at least 1.
  ///   - image: of a world that shows several; empty for the first.
  /// - Throws: `EnvironmentError` where the world shows no such image, or where the frames would take
  ///   more than 4 GiB; what the world throws.
  package init(
    playing world: any Environment, count: Int, image: String = "", key: Key
  ) throws {
    precondition(count > 0, "\(count) frames of \(world.id)")
    let place = try world.placeOfImage(called: image)
    guard count <= FrameShape.mostBytes / place.shape.count else {
      throw EnvironmentError(
        environment: world.id,
        problem: "\(described(count, place.shape)) are more than the "
          + "\(grouped(FrameShape.mostBytes)) bytes that are kept in memory",
        remedy: "lower data.frames, or make frames smaller with env.wrap.size")
    }
    var play = FramePlay(world, image: place.index, frames: count, shape: place.shape)
    var lengths: [Int] = []
    let longest = max(1, count / Self.fewestEpisodes)
    while play.truth.count < count {
      let start = play.truth.count
      try play.episode(
        until: min(start + longest, count), key: key.fold("episode").fold(lengths.count))
      lengths.append(play.truth.count - start)
    }
    self.init(
      play.pixels, of: place.shape, lengths: lengths, factors: play.truth.factors,
      from: "of random actions in \(world.id)")
  }
}

/// A world at play, and what it showed.
private struct FramePlay {
  private var world: any Environment
  private let image: Int
  private var observation: Observation
  private(set) var pixels: [UInt8] = []
  private(set) var truth = TrueHistory()

  init(_ world: any Environment, image: Int, frames: Int, shape: FrameShape) {
    (self.world, self.image) = (world, image)
    observation = world.makeObservation()
    pixels.reserveCapacity(frames * shape.count)
  }

  /// Plays an episode to its end, or until there are so many frames.
  mutating func episode(until end: Int, key: Key) throws {
    var generator = Generator(key: key.fold("actions"))
    var step = try world.reset(key: key.fold("world"), into: &observation)
    keep()
    while !step.isLast, truth.count < end {
      step = try world.step(world.actionSpace.sample(using: &generator), into: &observation)
      keep()
    }
  }

  private mutating func keep() {
    pixels += observation.images[image]
    truth.append(world.trueState)
  }
}

extension Environment {
  /// Which of the images is meant, and its size.
  fileprivate func placeOfImage(called name: String) throws -> (index: Int, shape: FrameShape) {
    let images = observationSpaces.filter(\.isImage)
    guard let index = name.isEmpty ? 0 : images.firstIndex(where: { $0.name == name }),
      index < images.count, let shape = images[index].frameShape
    else {
      let shown = images.isEmpty ? "no images" : images.map(\.name).joined(separator: ", ")
      throw EnvironmentError(
        environment: id, problem: "it shows \(shown)\(name.isEmpty ? "" : ", not \(name)")",
        remedy: images.isEmpty
          ? "have it show some (env.gridworld.observation), or name another world"
          : "name one of these in data.image")
    }
    return (index, shape)
  }
}

extension ObservationSpace {
  fileprivate var frameShape: FrameShape? {
    guard case .image(let height, let width, let channels) = kind else { return nil }
    return FrameShape(height: height, width: width, channels: channels)
  }
}

// MARK: - recorded

extension EpisodeFrames {
  /// Reads the episodes that `env.wrap.record` wrote to a folder, in the order of their names, or one
  /// such file. Of their true state nothing is known but the rewards.
  ///
  /// - Parameter image: of a world that showed several; empty for the first by name.
  /// - Throws: `FileError`: `missing` where there are none; `malformed` for a file without such an image,
  ///   of another size than the first's, or more than 4 GiB of frames; `SafeTensorsError` and
  ///   `RunFileError` where a file is no episode.
  package init(recordedIn place: URL, image: String = "") throws {
    let files = try Self.recordings(in: place)
    var (pixels, rewards, lengths): ([UInt8], [Double], [Int]) = ([], [], [])
    var shape: FrameShape?
    for file in files {
      let episode = try RecordedFrames(file, image: image)
      guard episode.shape == shape ?? episode.shape else {
        throw RecordedFrames.error(
          file,
          "has frames of \(episode.shape) where the ones before are of "
            + (shape.map { "\($0)" } ?? ""), "name recordings of one world in one form")
      }
      guard episode.pixels.count <= FrameShape.mostBytes - pixels.count else {
        throw RecordedFrames.error(
          place,
          "holds more than the \(grouped(FrameShape.mostBytes)) bytes of frames that are kept "
            + "in memory", "name a folder with fewer recordings")
      }
      shape = episode.shape
      pixels += episode.pixels
      rewards += episode.rewards
      lengths.append(episode.rewards.count)
    }
    guard let shape else { throw Self.none(in: place) }
    self.init(
      pixels, of: shape, lengths: lengths,
      factors: [FrameFactor.binned("reward", rewards)].compactMap { $0 },
      from: "recorded in \(ForeignText.visible(place.lastPathComponent))")
  }

  private static func recordings(in place: URL) throws -> [URL] {
    switch try FileKind.of(place) {
    case nil:
      throw FileError(
        .missing, path: place.path, what: "there is no such file or folder",
        remedy: "check the path")
    case .folder: break
    default: return [place]
    }
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: place.path)
    } catch {
      throw FileError(reading: place.path, error)
    }
    return names.filter { $0.hasSuffix(".safetensors") && !$0.hasPrefix(".") }.sorted()
      .map(place.appendingPathComponent)
  }

  private static func none(in place: URL) -> FileError {
    FileError(
      .missing, path: place.path, what: "holds no recorded episodes",
      remedy: "record some with env.wrap.record, and name that folder")
  }
}
