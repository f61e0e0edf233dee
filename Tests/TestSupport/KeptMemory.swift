import Kernels
import Synchronization

/// What tests view by regions. A region does not keep its owner alive, so the owners stay until the
/// tests end.
private let owners = Mutex<[any AnyObject & Sendable]>([])

/// An owner of memory, which now lives as long as the process.
@discardableResult
package func kept<Owner: AnyObject & Sendable>(_ owner: Owner) -> Owner {
  owners.withLock { $0.append(owner) }
  return owner
}

/// A region of these numbers that lives as long as the process.
package func keptRegion(_ numbers: [Float]) -> Region {
  let storage = Storage(numbers)
  owners.withLock { $0.append(storage) }
  return storage.region
}

/// A region of these numbers, rounded to single precision.
package func keptRegion(_ numbers: [Double]) -> Region { keptRegion(numbers.map(Float.init)) }

/// A region full of one number: what overwriting forgets and accumulation keeps.
package func keptRegion(filledWith value: Float = 0.25, count: Int) -> Region {
  keptRegion([Float](repeating: value, count: count))
}

/// Bytes that live as long as the process.
package func keptBytes(_ numbers: [UInt8]) -> Bytes {
  let storage = ByteStorage(numbers)
  owners.withLock { $0.append(storage) }
  return storage.bytes
}
