/// Consecutive rows of one environment, in blocks.
final class Chunk {
  /// The number by which step ids name the chunk; chunks are numbered as they are begun.
  let number: Int
  /// The environment's.
  let stream: Int
  /// Rows that fit.
  let capacity: Int
  /// The numbers of the chunk that this one continues, and of that which continues this one, once
  /// it is full. They may be gone.
  let predecessor: Int?
  var successor: Int?
  /// How many need the chunk: windows that begin here or will, its writer, its predecessor, pins.
  var references = 0
  /// Rows that are there.
  var count = 0
  /// The rows, the last block perhaps with room for more.
  var blocks: [Block] = []
  /// What each row counts in prioritised sampling, or the negative of what it counted before it was
  /// drawn to count nothing; and the number of the window that begins there. Empty where nothing is
  /// prioritised.
  var priorities: [Float] = []
  var windows: [Int] = []

  var isFull: Bool { count == capacity }

  init(number: Int, stream: Int, capacity: Int, predecessor: Int?) {
    self.number = number
    self.stream = stream
    self.capacity = capacity
    self.predecessor = predecessor
  }
}
