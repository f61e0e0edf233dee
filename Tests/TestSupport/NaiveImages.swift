import Randomness

/// Images `[batch, height, width, channels]` in double precision: what the slow twins of the image
/// kernels compute on.
package struct NaiveImages: Sendable {
  package let batch: Int
  package let height: Int
  package let width: Int
  package let channels: Int
  package var values: [Double]

  package init(batch: Int, height: Int, width: Int, channels: Int, values: [Double]? = nil) {
    (self.batch, self.height, self.width, self.channels) = (batch, height, width, channels)
    self.values = values ?? Array(repeating: 0, count: batch * height * width * channels)
    precondition(self.values.count == batch * height * width * channels)
  }

  /// Zero outside the image.
  package subscript(image: Int, row: Int, column: Int, channel: Int) -> Double {
    get {
      guard row >= 0, row < height, column >= 0, column < width else { return 0 }
      return values[((image * height + row) * width + column) * channels + channel]
    }
    set {
      guard row >= 0, row < height, column >= 0, column < width else { return }
      values[((image * height + row) * width + column) * channels + channel] = newValue
    }
  }

  /// Images of the same shape whose value is that of `body` at each index.
  package func mapIndices(_ body: (Int, Int, Int, Int) -> Double) -> NaiveImages {
    var result = self
    for image in 0..<batch {
      for row in 0..<height {
        for column in 0..<width {
          for channel in 0..<channels {
            result[image, row, column, channel] = body(image, row, column, channel)
          }
        }
      }
    }
    return result
  }

  /// The block `[channels, height, width, 16]` of these images, at most sixteen; zero in the other
  /// lanes.
  package var block: [Float] {
    var block = [Float](repeating: 0, count: channels * height * width * 16)
    for image in 0..<batch {
      for row in 0..<height {
        for column in 0..<width {
          for channel in 0..<channels {
            block[((channel * height + row) * width + column) * 16 + image] =
              Float(self[image, row, column, channel])
          }
        }
      }
    }
    return block
  }

  /// The first `batch` images of a block.
  package init(block: [Float], batch: Int, height: Int, width: Int, channels: Int) {
    let empty = NaiveImages(batch: batch, height: height, width: width, channels: channels)
    self = empty.mapIndices { image, row, column, channel in
      Double(block[((channel * height + row) * width + column) * 16 + image])
    }
  }
}

extension NaiveImages {
  /// Images of uniform numbers in [-1, 1), each a multiple of 1/1024, so that they are the same in
  /// single precision.
  package static func random(
    batch: Int, height: Int, width: Int, channels: Int, seed: UInt64
  ) -> NaiveImages {
    NaiveImages(
      batch: batch, height: height, width: width, channels: channels,
      values: randomNumbers(batch * height * width * channels, seed: seed))
  }
}

/// Uniform numbers in [-1, 1), each a multiple of 1/1024.
package func randomNumbers(_ count: Int, seed: UInt64) -> [Double] {
  var generator = Generator(key: Key(seed: seed))
  return (0..<count).map { _ in Double(generator.integer(below: 2048) - 1024) / 1024 }
}

/// The largest difference over the larger of 1 and the largest magnitude; infinite where one is not
/// a number or the counts differ.
package func largestError(_ computed: [Float], _ expected: [Double]) -> Double {
  guard computed.count == expected.count else { return .infinity }
  var worst = 0.0
  let largest = expected.reduce(1) { max($0, abs($1)) }
  for (a, b) in zip(computed, expected) {
    guard a.isFinite, b.isFinite else { return .infinity }
    worst = max(worst, abs(Double(a) - b) / largest)
  }
  return worst
}
