/// Rows, columns and channels of a frame.
package struct FrameShape: Sendable, Equatable, Codable, CustomStringConvertible {
  package let height: Int
  package let width: Int
  /// 1 in grey, 3 in colour, and as many times more where frames are stacked.
  package let channels: Int

  package init(height: Int, width: Int, channels: Int) {
    (self.height, self.width, self.channels) = (height, width, channels)
  }

  /// Bytes of a frame.
  package var count: Int { height * width * channels }

  /// `28×28×1`
  package var description: String { "\(height)×\(width)×\(channels)" }

  /// The most rows or columns of a frame that is believed.
  static let longestSide = 4096
  /// The most channels of a frame that is believed.
  static let mostChannels = 64
  /// Whether there are pixels, and no more than anybody has.
  var isBelievable: Bool {
    1...Self.longestSide ~= height && 1...Self.longestSide ~= width
      && 1...Self.mostChannels ~= channels
  }

  /// The most bytes of all frames of a source that keeps them in memory: 4 GiB.
  static let mostBytes = 1 << 32
}

/// Something known of each frame: a class, or a number of the world's true state by its bin.
package struct FrameFactor: Sendable, Equatable {
  package let name: String
  /// What the classes are called, in their order; each has a frame in the source, or in the one whose
  /// classes these are.
  package let classNames: [String]
  /// The class of each frame, in `0..<classes`.
  package let values: [Int]

  /// - Precondition: each value is in `classNames.indices`.
  package init(name: String, classNames: [String], values: [Int]) {
    precondition(
      values.allSatisfy(classNames.indices.contains), "\(name): a class beyond \(classNames.count)")
    (self.name, self.classNames, self.values) = (name, classNames, values)
  }

  package var classes: Int { classNames.count }
}

/// Frames of one size, wherever they are.
///
/// Reading changes nothing, may be done on any thread, and gives the same frame for the same index.
package protocol FrameSource: Sendable {
  var shape: FrameShape { get }
  /// At least 1.
  var count: Int { get }
  /// What is known of the frames; each factor has at least two classes.
  var factors: [FrameFactor] { get }
  /// The frames that were seen one after the other and must not be torn apart, as consecutive ranges;
  /// nil where each frame stands for itself.
  var episodes: [Range<Int>]? { get }
  /// In words, for logs: `60,000 frames 28×28×1 of train-images-idx3-ubyte.gz`.
  var origin: String { get }

  /// Frames by their indices.
  ///
  /// - Returns: `[indices.count, height, width, channels]` bytes.
  /// - Throws: `FileError` where a file was damaged, or has changed since it was opened.
  func read(_ indices: [Int]) throws -> [UInt8]
}

extension FrameSource {
  package var factors: [FrameFactor] { [] }
  package var episodes: [Range<Int>]? { nil }

  func check(_ indices: [Int]) {
    precondition(
      indices.allSatisfy { $0 >= 0 && $0 < count }, "a frame that is not among \(count) is read")
  }
}

/// `60,000 frames 28×28×1`
func described(_ count: Int, _ shape: FrameShape) -> String {
  "\(grouped(count)) \(count == 1 ? "frame" : "frames") \(shape)"
}

/// A whole number with a comma before each three digits.
func grouped(_ number: Int) -> String {
  let digits = Array(String(number.magnitude))
  let text = digits.indices.reduce(into: "") { text, index in
    if index > 0 && (digits.count - index) % 3 == 0 { text += "," }
    text.append(digits[index])
  }
  return (number < 0 ? "-" : "") + text
}
