/// A queue in a ring of memory: appends, takes from the front and indexes in constant time.
struct RingQueue<Element> {
  /// A power of two places; those outside the queue hold elements of no meaning.
  private var ring: [Element] = []
  private var head = 0
  private(set) var count = 0

  /// Elements that there is memory for.
  var places: Int { ring.count }

  /// The element that `index` others stand before.
  subscript(index: Int) -> Element {
    precondition(index >= 0 && index < count, "index \(index) of a queue of \(count)")
    return ring[(head + index) & (ring.count - 1)]
  }

  mutating func append(_ element: Element) {
    if count == ring.count { grow(filler: element) }
    ring[(head + count) & (ring.count - 1)] = element
    count += 1
  }

  mutating func popFirst() -> Element? {
    guard count > 0 else { return nil }
    defer {
      head = (head + 1) & (ring.count - 1)
      count -= 1
    }
    return ring[head]
  }

  private mutating func grow(filler: Element) {
    let size = max(ring.count * 2, 16)
    var larger: [Element] = []
    larger.reserveCapacity(size)
    larger.append(contentsOf: ring[head...])
    larger.append(contentsOf: ring[..<head])
    larger.append(contentsOf: repeatElement(filler, count: size - count))
    ring = larger
    head = 0
  }
}
