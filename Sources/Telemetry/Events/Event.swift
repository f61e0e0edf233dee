import Pictures

/// A record of an event file, which TensorBoard reads.
package struct Event: Sendable, Equatable {
  /// Seconds since 1970.
  package var wallTime: Double
  /// Environment steps made so far.
  package var step: Int
  package var content: Content

  package init(wallTime: Double, step: Int, content: Content) {
    self.wallTime = wallTime
    self.step = step
    self.content = content
  }

  package enum Content: Sendable, Equatable {
    /// The version of the format; a file's first record.
    case version(String)
    case summary([Summary])
  }

  /// Something to show, under a name.
  package struct Summary: Sendable, Equatable {
    package var tag: String
    package var value: Value

    package init(_ tag: String, _ value: Value) {
      self.tag = tag
      self.value = value
    }
  }

  package enum Value: Sendable, Equatable {
    case scalar(Float)
    case image(EncodedImage)
    case histogram(Histogram)
    case text(String)
  }

  /// A picture as the contents of a PNG file.
  package struct EncodedImage: Sendable, Equatable {
    package var height: Int
    package var width: Int
    /// 1 for grey, 3 for red, green and blue.
    package var channels: Int
    package var png: [UInt8]
  }
}

extension Event.EncodedImage {
  /// - Throws: ``PNGError``, for lack of memory.
  package init(_ picture: Picture) throws {
    self.init(
      height: picture.height, width: picture.width, channels: picture.channels,
      png: Array(try picture.png()))
  }
}
