import Files
import Foundation

/// The images of an IDX file, `[N, rows, columns]` or with channels last `[N, rows, columns, channels]`,
/// and their labels, from another one `[N]`.
package struct IDXFrames: FrameSource {
  package let shape: FrameShape
  package let count: Int
  package let factors: [FrameFactor]
  package let origin: String
  private let images: IDXFile

  /// What the factor of the labels is called.
  package static let labelName = "label"

  /// - Parameters:
  ///   - labels: a file of the images' labels; nil for none. Where all are the same they tell nothing, and
  ///     there is no factor.
  ///   - known: a factor of other images whose classes these have; nil for the classes that are found.
  /// - Throws: `FileError`: `missing`; `malformed` where a file is no IDX file of bytes, is damaged, holds
  ///   another number of labels than of images, or a label that is not `known`; `system`.
  package init(
    _ images: URL, labels: URL? = nil, classesOf known: FrameFactor? = nil
  ) throws {
    let file = try IDXFile(images)
    guard let shape = file.header.shape else {
      throw FileError(
        .malformed, path: images.path, what: "holds labels, not images",
        remedy: "name a file of images, whose header has three axes or four, and this one as labels"
      )
    }
    let count = file.header.lengths[0]
    let factor = try labels.flatMap { try Self.factor($0, count: count, classesOf: known) }
    (self.images, self.shape, self.count) = (file, shape, count)
    factors = factor.map { [$0] } ?? []
    origin = "\(described(count, shape)) of \(ForeignText.visible(images.lastPathComponent))"
  }

  package func read(_ indices: [Int]) throws -> [UInt8] {
    check(indices)
    var frames: [UInt8] = []
    frames.reserveCapacity(indices.count * shape.count)
    for run in runs(of: indices) {
      frames += try images.bytes(run.lowerBound * shape.count..<run.upperBound * shape.count)
    }
    return frames
  }

  private static func factor(
    _ url: URL, count: Int, classesOf known: FrameFactor?
  ) throws -> FrameFactor? {
    let file = try IDXFile(url)
    guard file.header.shape == nil else {
      throw FileError(
        .malformed, path: url.path, what: "holds images, not labels",
        remedy: "name a file of labels, whose header has one axis")
    }
    guard file.header.lengths[0] == count else {
      throw FileError(
        .malformed, path: url.path,
        what: "holds \(grouped(file.header.lengths[0])) labels of \(grouped(count)) images",
        remedy: "name the labels of these images")
    }
    let labels = try file.bytes(0..<count)
    let names = known?.classNames ?? Set(labels).sorted().map { "\($0)" }
    let classes = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    let values = try labels.map { label in
      guard let value = classes["\(label)"] else {
        throw FileError(
          .malformed, path: url.path, what: "has label \(label), which no training image has",
          remedy: "name labels of the same kind")
      }
      return value
    }
    return names.count > 1 ? FrameFactor(name: labelName, classNames: names, values: values) : nil
  }
}

/// Indices that follow each other, as ranges, in their order.
func runs(of indices: [Int]) -> [Range<Int>] {
  indices.reduce(into: []) { runs, index in
    if let last = runs.last, last.upperBound == index {
      runs[runs.count - 1] = last.lowerBound..<index + 1
    } else {
      runs.append(index..<index + 1)
    }
  }
}
