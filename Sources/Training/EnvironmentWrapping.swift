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
  /// Rows and columns of images; 0: as they are.
  public var size = 0
  /// Whether images are grey.
  public var gray = false
  /// Frames in an image.
  public var stack = 1
  /// A folder to which each episode is written as a file; empty: none.
  public var record = ""

  public init() {}
}

extension WrapConfiguration {
  /// A world with all that is asked for around it, the checks of ``makeDriven(_:)`` outermost.
  public func wrap(_ world: any Environment) -> any Environment {
    var world = world
    if `repeat` > 1 { world = repeated(world) }
    if timeLimit > 0 { world = limited(world) }
    if rewardScale != 1 || rewardClip > 0 { world = scaled(world) }
    if size > 0 { world = changed(world, ResizedFrame(side: size)) }
    if gray { world = changed(world, GrayFrame()) }
    if stack > 1 { world = changed(world, StackedFrames(count: stack)) }
    if !record.isEmpty { world = recorded(world) }
    return makeDriven(world)
  }

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

  private func recorded(_ world: some Environment) -> any Environment {
    RecordedEnvironment(world, in: URL(fileURLWithPath: record))
  }
}
