import Foundation
internal import SwiftProtobuf

/// The messages of `event.proto` that events are in files, and back.
extension Event {
  private typealias Message = Tensorboard_Event

  /// - Throws: `BinaryEncodingError` where it is longer than a message may be: 2 GB.
  package func encoded() throws -> [UInt8] {
    var message = Message()
    (message.wallTime, message.step) = (wallTime, Int64(step))
    switch content {
    case .version(let version): message.fileVersion = version
    case .summary(let summaries): message.summary.value = summaries.map(\.message)
    }
    return try message.serializedBytes()
  }

  /// Nil where the bytes are no message, or one of another kind than ours.
  package init?(decoding bytes: [UInt8]) {
    guard let message = try? Message(serializedBytes: bytes), let step = Int(exactly: message.step)
    else { return nil }
    (wallTime, self.step) = (message.wallTime, step)
    switch message.what {
    case .fileVersion(let version): content = .version(version)
    case .summary(let summary):
      let values = summary.value.compactMap(Summary.init)
      guard values.count == summary.value.count else { return nil }
      content = .summary(values)
    case nil: return nil
    }
  }
}

extension Event.Summary {
  fileprivate typealias Message = Tensorboard_Summary.Value

  /// TensorFlow's number of the type of strings (types.proto, `DT_STRING`).
  private static let stringType: Int32 = 7
  /// The part of TensorBoard that shows texts.
  private static let textPlugin = "text"

  fileprivate var message: Message {
    var message = Message()
    message.tag = tag
    switch value {
    case .scalar(let value): message.simpleValue = value
    case .image(let image): message.image = image.message
    case .histogram(let histogram): message.histo = histogram.message
    case .text(let text):
      message.tensor.dtype = Self.stringType
      message.tensor.tensorShape.dim = [.with { $0.size = 1 }]
      message.tensor.stringVal = [Data(text.utf8)]
      message.metadata.pluginData.pluginName = Self.textPlugin
    }
    return message
  }

  fileprivate init?(_ message: Message) {
    tag = message.tag
    switch message.value {
    case .simpleValue(let value): self.value = .scalar(value)
    case .image(let image): value = .image(Event.EncodedImage(image))
    case .histo(let histogram): value = .histogram(Histogram(histogram))
    case .tensor(let tensor):
      guard message.metadata.pluginData.pluginName == Self.textPlugin,
        tensor.dtype == Self.stringType, tensor.stringVal.count == 1,
        let text = String(validating: tensor.stringVal[0], as: UTF8.self)
      else { return nil }
      value = .text(text)
    case nil: return nil
    }
  }
}

extension Event.EncodedImage {
  fileprivate var message: Tensorboard_Summary.Image {
    .with {
      ($0.height, $0.width, $0.colorspace) = (Int32(height), Int32(width), Int32(channels))
      $0.encodedImageString = Data(png)
    }
  }

  fileprivate init(_ message: Tensorboard_Summary.Image) {
    self.init(
      height: Int(message.height), width: Int(message.width), channels: Int(message.colorspace),
      png: Array(message.encodedImageString))
  }
}

extension Histogram {
  fileprivate var message: Tensorboard_Summary.Histogram {
    .with {
      ($0.min, $0.max, $0.num) = (minimum, maximum, count)
      ($0.sum, $0.sumSquares) = (sum, sumOfSquares)
      ($0.bucketLimit, $0.bucket) = (limits, buckets)
    }
  }

  fileprivate init(_ message: Tensorboard_Summary.Histogram) {
    self.init(
      minimum: message.min, maximum: message.max, count: message.num, sum: message.sum,
      sumOfSquares: message.sumSquares, limits: message.bucketLimit, buckets: message.bucket)
  }
}
