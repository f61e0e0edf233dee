extension [Int32] {
  /// Calls `body` with the numbers as C sees them: a header, and what follows it.
  ///
  /// - Parameter header: its type, of 32-bit numbers alone.
  @inlinable
  package func withTable<Header, Result>(
    as header: Header.Type, _ body: (UnsafePointer<Header>) -> Result
  ) -> Result {
    precondition(
      count * 4 >= MemoryLayout<Header>.size,
      "\(count) numbers for a header of \(MemoryLayout<Header>.size) bytes")
    return withUnsafeBytes { body($0.baseAddress!.assumingMemoryBound(to: Header.self)) }
  }
}
