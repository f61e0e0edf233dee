// The messages of TensorFlow's event.proto, summary.proto, histogram.proto and tensor.proto
// (github.com/tensorflow/tensorboard, tensorboard/compat/proto), as far as they are used. Each
// encoding stands beside its decoding. The reader takes what the writer writes and nothing else.

extension Event {
  /// The message.
  package var encoded: [UInt8] {
    var writer = WireWriter()
    writer.double(1, wallTime)
    writer.integer(2, step)
    switch content {
    case .version(let version): writer.bytes(3, version.utf8)
    case .summary(let summaries):
      writer.message(5) { for summary in summaries { $0.message(1, summary.encode) } }
    }
    return writer.bytes
  }

  /// - Throws: ``WireError``.
  package init(decoding bytes: ArraySlice<UInt8>) throws {
    var reader = WireReader(bytes)
    var (wallTime, step, content): (Double?, Int?, Content?)
    while let field = try reader.next() {
      switch field.number {
      case 1: wallTime = try field.double()
      case 2: step = try field.integer()
      case 3: content = .version(try field.text())
      case 5: content = .summary(try Summary.decodeAll(field.bytes()))
      default: throw WireError()
      }
    }
    guard let wallTime, let step, let content else { throw WireError() }
    self.init(wallTime: wallTime, step: step, content: content)
  }
}

extension Event.Summary {
  func encode(_ writer: inout WireWriter) {
    writer.bytes(1, tag.utf8)
    switch value {
    case .scalar(let value): writer.float(2, value)
    case .image(let image): writer.message(4, image.encode)
    case .histogram(let histogram): writer.message(5, histogram.encode)
    case .text(let text):
      // A tensor of one string, which a plugin of TensorBoard shows.
      writer.message(8) {
        $0.integer(1, Self.stringType)
        $0.message(2) { $0.message(2) { $0.integer(1, 1) } }
        $0.bytes(8, text.utf8)
      }
      writer.message(9) { $0.message(1) { $0.bytes(1, Self.textPlugin.utf8) } }
    }
  }

  private static let stringType = 7
  private static let textPlugin = "text"

  static func decodeAll(_ bytes: ArraySlice<UInt8>) throws -> [Self] {
    var reader = WireReader(bytes)
    var summaries: [Self] = []
    while let field = try reader.next() {
      guard field.number == 1 else { throw WireError() }
      summaries.append(try Self(decoding: field.bytes()))
    }
    return summaries
  }

  private init(decoding bytes: ArraySlice<UInt8>) throws {
    var reader = WireReader(bytes)
    var (tag, value): (String?, Event.Value?)
    var isText = false
    while let field = try reader.next() {
      switch field.number {
      case 1: tag = try field.text()
      case 2: value = .scalar(try field.float())
      case 4: value = .image(try Event.EncodedImage(decoding: field.bytes()))
      case 5: value = .histogram(try Histogram(decoding: field.bytes()))
      case 8: value = .text(try Self.decodeText(field.bytes()))
      case 9: isText = try Self.decodePlugin(field.bytes()) == Self.textPlugin
      default: throw WireError()
      }
    }
    guard let tag, let value else { throw WireError() }
    if case .text = value { guard isText else { throw WireError() } }
    self.init(tag, value)
  }

  private static func decodeText(_ bytes: ArraySlice<UInt8>) throws -> String {
    var reader = WireReader(bytes)
    var (isString, text): (Bool, String?) = (false, nil)
    while let field = try reader.next() {
      switch field.number {
      case 1: isString = try field.integer() == stringType
      case 2: _ = try field.bytes()
      case 8: text = try field.text()
      default: throw WireError()
      }
    }
    guard isString, let text else { throw WireError() }
    return text
  }

  private static func decodePlugin(_ bytes: ArraySlice<UInt8>) throws -> String {
    var metadata = WireReader(bytes)
    guard let data = try metadata.next(), data.number == 1 else { throw WireError() }
    var plugin = WireReader(try data.bytes())
    guard let name = try plugin.next(), name.number == 1 else { throw WireError() }
    return try name.text()
  }
}

extension Event.EncodedImage {
  func encode(_ writer: inout WireWriter) {
    writer.integer(1, height)
    writer.integer(2, width)
    writer.integer(3, channels)
    writer.bytes(4, png)
  }

  init(decoding bytes: ArraySlice<UInt8>) throws {
    var reader = WireReader(bytes)
    self.init(height: 0, width: 0, channels: 0, png: [])
    while let field = try reader.next() {
      switch field.number {
      case 1: height = try field.integer()
      case 2: width = try field.integer()
      case 3: channels = try field.integer()
      case 4: png = Array(try field.bytes())
      default: throw WireError()
      }
    }
    guard height > 0, width > 0, channels > 0 else { throw WireError() }
  }
}

extension Histogram {
  func encode(_ writer: inout WireWriter) {
    for (index, value) in [minimum, maximum, count, sum, sumOfSquares].enumerated() {
      writer.double(index + 1, value)
    }
    writer.doubles(6, limits)
    writer.doubles(7, buckets)
  }

  init(decoding bytes: ArraySlice<UInt8>) throws {
    var reader = WireReader(bytes)
    self.init(
      minimum: 0, maximum: 0, count: 0, sum: 0, sumOfSquares: 0, limits: [], buckets: [])
    while let field = try reader.next() {
      switch field.number {
      case 1: minimum = try field.double()
      case 2: maximum = try field.double()
      case 3: count = try field.double()
      case 4: sum = try field.double()
      case 5: sumOfSquares = try field.double()
      case 6: limits = try field.doubles()
      case 7: buckets = try field.doubles()
      default: throw WireError()
      }
    }
    guard limits.count == buckets.count else { throw WireError() }
  }
}
