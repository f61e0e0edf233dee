/// The beginning of an IDX file: two zeros, the type of its numbers, how many axes it has, and their
/// lengths, four bytes each, the most significant first (Y. LeCun, "The MNIST database of handwritten
/// digits", file formats).
struct IDXHeader: Equatable {
  /// Lengths of the axes: of images their number, rows, columns and, where there are four, channels; of
  /// labels their number.
  let lengths: [Int]

  /// Bytes of the longest that is read.
  static let longest = 4 + 4 * 4
  /// Bytes of the header itself.
  var size: Int { 4 + 4 * lengths.count }
  /// Bytes behind the header. The axes of a header are bounded, so that this is no overflow.
  var contentSize: Int { lengths.reduce(1, *) }

  /// The size of the frames, where it is of images.
  var shape: FrameShape? {
    guard lengths.count >= 3 else { return nil }
    return FrameShape(
      height: lengths[1], width: lengths[2], channels: lengths.count == 4 ? lengths[3] : 1)
  }

  /// - Parameter bytes: the beginning of a file: `longest` bytes, or all where it is shorter.
  /// - Throws: ``IDXProblem``.
  init(_ bytes: [UInt8]) throws {
    guard bytes.count >= 4 else { throw IDXProblem("ends within its header") }
    guard bytes[0] == 0, bytes[1] == 0 else { throw IDXProblem("is no IDX file") }
    guard bytes[2] == Self.bytesType else {
      throw IDXProblem(
        "holds numbers of type \(bytes[2]); only bytes (type \(Self.bytesType)) are read")
    }
    let rank = Int(bytes[3])
    guard [1, 3, 4].contains(rank) else {
      throw IDXProblem(
        "has \(rank) axes; images have three or, with channels last, four, labels have one")
    }
    guard bytes.count >= 4 + 4 * rank else { throw IDXProblem("ends within its header") }
    lengths = (0..<rank).map { axis in
      bytes[(4 + 4 * axis)..<(8 + 4 * axis)].reduce(0) { $0 << 8 | Int($1) }
    }
    try checkLengths()
  }

  /// The type of numbers that are bytes.
  private static let bytesType: UInt8 = 8

  private func checkLengths() throws {
    guard lengths[0] > 0 else { throw IDXProblem("holds nothing: its first axis has length 0") }
    guard let shape, !shape.isBelievable else { return }
    throw IDXProblem(
      "says that its frames are \(shape); sides are 1 to \(FrameShape.longestSide), channels 1 to "
        + "\(FrameShape.mostChannels)")
  }
}

/// What is wrong with an IDX file, as a clause.
struct IDXProblem: Error, Equatable {
  let what: String

  init(_ what: String) { self.what = what }
}
