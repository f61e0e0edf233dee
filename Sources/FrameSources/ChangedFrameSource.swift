import EnvironmentInterface

/// The frames of a source, resized, in grey, or both in this order, as `env.wrap` has it.
struct ChangedFrameSource: FrameSource {
  private let base: any FrameSource
  private let side: Int?
  private let gray: Bool
  let shape: FrameShape

  /// - Parameter side: rows and columns; nil for as they are.
  init(_ base: any FrameSource, side: Int?, gray: Bool) {
    (self.base, self.side, self.gray) = (base, side, gray)
    let changes = Self.changes(side: side, gray: gray)
    shape = FrameShape(changes.reduce(base.shape.size) { $1.size(of: $0) })
  }

  var count: Int { base.count }
  var factors: [FrameFactor] { base.factors }
  var episodes: [Range<Int>]? { base.episodes }
  var origin: String { base.shape == shape ? base.origin : "\(base.origin), as \(shape)" }

  func read(_ indices: [Int]) throws -> [UInt8] {
    var (frames, size) = (try base.read(indices), base.shape.size)
    for change in Self.changes(side: side, gray: gray) {
      frames = Self.apply(change, to: frames, count: indices.count, size)
      size = change.size(of: size)
    }
    return frames
  }

  /// Made anew for each reading, for they keep lines between frames.
  private static func changes(side: Int?, gray: Bool) -> [any FrameChange] {
    (side.map { [ResizedFrame(side: $0)] } ?? []) + (gray ? [GrayFrame()] : [])
  }

  private static func apply(
    _ change: some FrameChange, to frames: [UInt8], count: Int, _ size: FrameSize
  ) -> [UInt8] {
    var (change, changed): (_, [UInt8]) = (change, [])
    var frame = [UInt8](repeating: 0, count: change.size(of: size).count)
    changed.reserveCapacity(count * frame.count)
    for index in 0..<count {
      let original = Array(frames[index * size.count..<(index + 1) * size.count])
      change.change(0, original, of: size, into: &frame)
      changed += frame
    }
    return changed
  }
}

extension FrameShape {
  fileprivate init(_ size: FrameSize) {
    self.init(height: size.height, width: size.width, channels: size.channels)
  }

  fileprivate var size: FrameSize {
    FrameSize(height: height, width: width, channels: channels)
  }
}
