import Configuration
import EnvironmentInterface
import Foundation

/// `env.wrap`: what stands between any world and the agent, in the order in which it is applied.
public struct WrapConfiguration: Codable, Sendable, Equatable {
  /// How often each action is done.
  public var `repeat` = 1
  /// Steps after which an episode is cut off, repeated actions counted once; 0: the world's own.
  public var timeLimit = 0
  /// What rewards are multiplied by.
  public var rewardScale = 1.0
  /// The largest magnitude of a scaled reward; 0: none.
  public var rewardClip = 0.0
  /// Rows and columns of images; 0: as they are, or 64 where a world shows several sizes, for the
  /// encoder takes images side by side.
  public var size = 0
  /// Whether images are grey.
  public var gray = false
  /// Frames in an image.
  public var stack = 1
  /// A folder, in the run's folder unless its path is absolute, to which each training episode is
  /// written as a file (``RecordedEnvironment``); empty: none.
  public var record = ""

  /// The defaults: worlds as they are, but for images of several sizes.
  public init() {}

  static let ranges: [ConfigurationRange] = .all(
    .each("repeat", are: .atLeast(1), .atMost(10_000)),
    .each("time_limit", "reward_clip", are: .atLeast(0)),
    [
      ("reward_scale", .above(0)), ("size", .within(0...1024)), ("stack", .within(1...64)),
    ])
}

/// Who looks at a world.
public enum Watcher: Sendable {
  /// An agent, whose encoder takes images of one size.
  case agent
  /// A person, who sees images as they are.
  case person
}

extension WrapConfiguration {
  /// A world with all that is asked for around it but the recording, driven as by ``makeDriven(_:)``.
  public func wrap(
    _ world: any Environment, for watcher: Watcher = .agent
  ) -> any Environment {
    var world = world
    if `repeat` > 1 { world = repeated(world) }
    if timeLimit > 0 { world = limited(world) }
    if rewardScale != 1 || rewardClip > 0 { world = scaled(world) }
    if let side = side(of: world, for: watcher) { world = changed(world, ResizedFrame(side: side)) }
    if gray { world = changed(world, GrayFrame()) }
    if stack > 1 { world = changed(world, StackedFrames(count: stack)) }
    return makeDriven(world)
  }

  /// A world that writes its episodes where that is asked for.
  /// - Parameter folder: of the run.
  package func record(_ world: any Environment, in folder: URL) -> any Environment {
    guard !record.isEmpty else { return world }
    let isAbsolute = record.hasPrefix("/")
    return recorded(
      world, isAbsolute ? URL(fileURLWithPath: record) : folder.appendingPathComponent(record))
  }

  /// Rows and columns that a world's images are to have; nil where they stay as they are.
  private func side(of world: any Environment, for watcher: Watcher) -> Int? {
    if size > 0 { return size }
    guard watcher == .agent else { return nil }
    let sizes = world.observationSpaces.compactMap { space -> [Int]? in
      guard case .image(let height, let width, _) = space.kind else { return nil }
      return [height, width]
    }
    return Set(sizes).count > 1 ? Self.commonSide : nil
  }

  /// The reference's frame size.
  private static let commonSide = 64

  private func repeated(_ world: some Environment) -> any Environment {
    ActionRepeat(world, count: `repeat`)
  }

  private func limited(_ world: some Environment) -> any Environment {
    TimeLimit(world, steps: timeLimit)
  }

  private func scaled(_ world: some Environment) -> any Environment {
    ScaledReward(world, scale: rewardScale, clip: rewardClip > 0 ? rewardClip : nil)
  }

  private func changed(
    _ world: some Environment, _ change: some FrameChange
  ) -> any Environment {
    ChangedFrames(world, change)
  }

  private func recorded(_ world: some Environment, _ folder: URL) -> any Environment {
    RecordedEnvironment(world, in: folder)
  }
}
