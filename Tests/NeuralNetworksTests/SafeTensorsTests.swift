import Files
import Foundation
import NeuralNetworks
import Testing

@Suite("safetensors")
struct SafeTensorsTests {
  static let sample = SafeTensors(
    metadata: ["spec": #"{"B": 2}"#],
    entries: [
      "b/kernel": .init(shape: [2, 3], values: .float32([0, -1, 1.5, .infinity, 1e-38, 3])),
      "a": .init(shape: [], values: .int64([-5])),
      "flags": .init(shape: [3], values: .uint8([0, 1, 255])),
      "double": .init(shape: [1], values: .float64([0.1])),
      "index": .init(shape: [2, 1], values: .int32([7, -7])),
      "none": .init(shape: [0, 4], values: .float32([])),
    ])

  /// A file with this header and these bytes after it.
  static func file(_ header: String, _ data: [UInt8] = []) -> Data {
    var bytes = Data((0..<8).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) })
    bytes.append(contentsOf: Array(header.utf8) + data)
    return bytes
  }

  @Test("what is written is read back")
  func roundTrip() throws {
    #expect(try SafeTensors(data: Self.sample.encoded()) == Self.sample)
    #expect(try SafeTensors(data: SafeTensors().encoded()) == SafeTensors())
  }

  /// The package orders an item's keys otherwise; all else is equal.
  @Test("the bytes that the Python package (0.8.0) writes are read, and ours are as many")
  func literalBytes() throws {
    let tensors = SafeTensors(
      metadata: ["k": "v"],
      entries: [
        "x": .init(shape: [1, 2], values: .float32([1, -2])),
        "y": .init(shape: [3], values: .uint8([1, 2, 3])),
      ])
    let header =
      #"{"__metadata__":{"k":"v"},"x":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"#
      + #""y":{"dtype":"U8","shape":[3],"data_offsets":[8,11]}}  "#
    let python = Self.file(header, [0, 0, 128, 63, 0, 0, 0, 192, 1, 2, 3])
    #expect(try SafeTensors(data: python) == tensors)
    let own = try tensors.encoded()
    #expect(own.count == python.count)
    #expect(own.count == 8 + 136 + 11)
    #expect(own.suffix(11) == python.suffix(11))
    #expect(try SafeTensors(data: own) == tensors)
  }

  @Test("the header ends on a multiple of eight bytes and the widest elements come first")
  func alignment() throws {
    let data = try Self.sample.encoded()
    #expect(data[0] % 8 == 0)
    #expect(data.suffix(3) == Data([0, 1, 255]))
  }

  @Test("half precision, bfloat16 and booleans are converted when read")
  func conversion() throws {
    let header =
      #"{"h":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"#
      + #""b":{"dtype":"BF16","shape":[1],"data_offsets":[4,6]},"#
      + #""t":{"dtype":"BOOL","shape":[2],"data_offsets":[6,8]}}"#
    let tensors = try SafeTensors(
      data: Self.file(header, [0x00, 0x3c, 0x00, 0xc1, 0x20, 0xc0, 0, 1]))
    #expect(tensors["h"]?.floats == [1, -2.5])
    #expect(tensors["b"]?.floats == [-2.5])
    #expect(tensors["t"]?.bytes == [0, 1])
  }

  @Test("integers of all widths are read, but for those that no type here holds")
  func integers() throws {
    let widths: [(type: String, bytes: [UInt8], value: Int)] = [
      ("I8", [0xfe], -2), ("U8", [0xfe], 254), ("I16", [0xfe, 0xff], -2),
      ("U16", [0xfe, 0xff], 65534), ("I32", [0xfe, 0xff, 0xff, 0xff], -2),
      ("U32", [0xfe, 0xff, 0xff, 0xff], 4_294_967_294),
      ("I64", [0xfe] + .init(repeating: 255, count: 7), -2),
      ("U64", .init(repeating: 255, count: 7) + [0x7f], .max),
    ]
    func read(_ type: String, _ bytes: [UInt8]) throws -> [Int]? {
      let header =
        #"{"x":{"dtype":"\#(type)","shape":[1],"data_offsets":[0,\#(bytes.count)]}}"#
      return try SafeTensors(data: Self.file(header, bytes))["x"]?.integers
    }
    for (type, bytes, value) in widths { #expect(try read(type, bytes) == [value], "\(type)") }
    let error = #expect(throws: SafeTensorsError.self) {
      try read("U64", .init(repeating: 255, count: 8))
    }
    #expect(error?.what == "x holds a number beyond 9223372036854775807")
  }

  @Test("a file cut at any length is an error")
  func truncated() throws {
    let data = try Self.sample.encoded()
    for length in 0..<data.count {
      #expect(throws: SafeTensorsError.self, "\(length) bytes") {
        try SafeTensors(data: data.prefix(length))
      }
    }
  }

  @Test("a header with any byte changed is read or is an error, and never a crash")
  func corrupted() throws {
    let data = try Self.sample.encoded()
    let header = 8 + Int(data[0]) + Int(data[1]) << 8
    for position in 0..<header {
      for byte: UInt8 in [0, 1, 0x22, 0x2d, 0x30, 0x39, 0x5b, 0x7d, 0x80, 0xff] {
        var copy = data
        copy[position] = byte
        do {
          _ = try SafeTensors(data: copy)
        } catch {
          #expect(error is SafeTensorsError)
        }
      }
    }
  }

  @Test("arrays sliced out of larger data are read")
  func slice() throws {
    let data = Data([9, 9, 9]) + (try Self.sample.encoded())
    #expect(try SafeTensors(data: data.dropFirst(3)) == Self.sample)
  }

  @Test(
    "errors name the file, what is wrong with it and the remedy",
    arguments: [
      (
        file("{"), "the header is not understood (The given data was not valid JSON.)"
      ),
      (
        file(#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, [0, 0, 0, 0]),
        "x has 4 bytes for shape [2] of F32"
      ),
      (
        file(#"{"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, [0, 0, 0, 0]),
        "x has 4 bytes for shape [-1] of F32"
      ),
      (
        file(
          #"{"x":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}}"#),
        "x has 0 bytes for shape [4294967296, 4294967296] of U8"
      ),
      (
        file(#"{"x":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#, [0]),
        "x has offsets [0, 2], not within 1 bytes of data"
      ),
      (
        file(
          #"{"x":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"#
            + #""y":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}"#, [0, 0, 0]),
        "y begins at byte 1, not where the one before ends, 2"
      ),
      (
        file(#"{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, [0, 0]),
        "1 bytes at the end belong to no array"
      ),
      (
        file(#"{"x":{"shape":[1],"data_offsets":[0,1]}}"#, [0]),
        "the header is not understood (x: "
          + #"No value associated with key CodingKeys(stringValue: "dtype", intValue: nil) "#
          + #"("dtype").)"#
      ),
      (Data([0, 0, 0]), "3 bytes are too few for a header"),
      (
        Data(repeating: 255, count: 9),
        "the header's length, 18446744073709551615, is beyond the end of 9 bytes"
      ),
    ])
  func errors(data: Data, what: String) {
    let error = #expect(throws: SafeTensorsError.self) {
      try SafeTensors(data: data, file: "run/parameters.safetensors")
    }
    #expect(
      error?.description == "run/parameters.safetensors: \(what); "
        + "the file is damaged or no safetensors file: copy it again or use another")
  }

  @Test("an element type that is not supported is named")
  func unsupported() {
    let data = Self.file(#"{"x":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}"#, [0])
    let error = #expect(throws: SafeTensorsError.self) { try SafeTensors(data: data) }
    #expect(
      error?.description == "safetensors: x has elements of type F8_E4M3, which is not supported; "
        + "convert it to F32, F64, BF16, BOOL or integers")
  }

  @Test("the reserved name cannot be written")
  func reservedName() {
    let tensors = SafeTensors(entries: ["__metadata__": .init(shape: [0], values: .uint8([]))])
    #expect(throws: SafeTensorsError.self) { try tensors.encoded() }
  }

  @Test("a file is replaced whole, and missing files and folders are errors that say so")
  func files() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("safetensors-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let url = folder.appendingPathComponent("x.safetensors")
    try SafeTensors().write(to: url)
    try Self.sample.write(to: url)
    #expect(try Data(contentsOf: url) == Self.sample.encoded())
    #expect(try SafeTensors(contentsOf: url) == Self.sample)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["x.safetensors"])

    let missing = folder.appendingPathComponent("y.safetensors")
    var error = #expect(throws: FileError.self) { try SafeTensors(contentsOf: missing) }
    #expect(error?.description == "\(missing.path): there is no such file; check the path")
    error = #expect(throws: FileError.self) { try SafeTensors(contentsOf: folder) }
    #expect(error?.description == "\(folder.path): is a folder; name a file in it")
    let nowhere = folder.appendingPathComponent("no/x.safetensors")
    error = #expect(throws: FileError.self) { try Self.sample.write(to: nowhere) }
    #expect(
      error?.description
        == "\(nowhere.path): cannot be created (No such file or directory); "
        + "check that the folder exists and may be written to")
    error = #expect(throws: FileError.self) { try Self.sample.write(to: folder) }
    #expect(error?.kind == .system)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["x.safetensors"])
  }
}
