import Pictures

/// A record of an event file, which TensorBoard reads.
public struct Event: Sendable, Equatable {
  /// Seconds since 1970.
  public var wallTime: Double
  /// Environment steps made so far.
  public var step: Int
  public var content: Content

  public init(wallTime: Double, step: Int, content: Content) {
    self.wallTime = wallTime
    self.step = step
    self.content = content
  }

  public enum Content: Sendable, Equatable {
    /// The version of the format; a file's first record.
    case version(String)
    case summary([Summary])
  }

  /// Something to show, under a name.
  public struct Summary: Sendable, Equatable {
    public var tag: String
    public var value: Value

    public init(_ tag: String, _ value: Value) {
      self.tag = tag
      self.value = value
    }
  }

  public enum Value: Sendable, Equatable {
    case scalar(Float)
    case image(EncodedImage)
    case histogram(Histogram)
    case text(String)
  }

  /// A picture as the contents of a PNG file.
  public struct EncodedImage: Sendable, Equatable {
    public var height: Int
    public var width: Int
    /// 1 for grey, 3 for red, green and blue.
    public var channels: Int
    public var png: [UInt8]
  }
}

extension Event.EncodedImage {
  /// - Throws: ``PNGError``, for lack of memory.
  public init(_ picture: Picture) throws {
    self.init(
      height: picture.height, width: picture.width, channels: picture.channels,
      png: Array(try picture.png()))
  }
}
