import Foundation

/// Enough of the format to read recorded episodes, until the library has a reader.
struct SafeTensors {
  struct Entry {
    let shape: [Int]
    let type: String
    let data: [UInt8]

    var bytes: [UInt8]? { type == "U8" ? data : nil }
    var floats: [Float]? { type == "F32" ? words.map(Float.init(bitPattern:)) : nil }
    var integers: [Int]? {
      type == "I32" ? words.map { Int(Int32(bitPattern: $0)) } : bytes?.map(Int.init)
    }
    private var words: [UInt32] {
      stride(from: 0, to: data.count, by: 4).map { start in
        data[start..<start + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
      }
    }
  }

  struct Header: Decodable {
    let dtype: String
    let shape: [Int]
    let data_offsets: [Int]
  }

  var metadata: [String: String] = [:]
  private var entries: [String: Entry] = [:]

  init(contentsOf url: URL) throws {
    let bytes = [UInt8](try Data(contentsOf: url))
    let length = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    let json = Data(bytes[8..<8 + length])
    let object = try JSONSerialization.jsonObject(with: json) as? [String: Any] ?? [:]
    metadata = object["__metadata__"] as? [String: String] ?? [:]
    for (name, value) in object where name != "__metadata__" {
      let item = try JSONSerialization.data(withJSONObject: value)
      let header = try JSONDecoder().decode(Header.self, from: item)
      let range = 8 + length + header.data_offsets[0]..<8 + length + header.data_offsets[1]
      entries[name] = Entry(shape: header.shape, type: header.dtype, data: Array(bytes[range]))
    }
  }

  subscript(name: String) -> Entry? { entries[name] }
}
