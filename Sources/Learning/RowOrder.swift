/// The two orders of a shard's rows: time first, row `t · b + i`, as its tensors have them; and sequence
/// first, row `i · T + t`, as batches have them.
package enum RowOrder {
  /// Appends time-first rows in the other order.
  ///
  /// - Parameters:
  ///   - values: `[T · b, width]`.
  ///   - sequences: b.
  package static func append(
    _ values: [Float], sequences b: Int, width: Int = 1, to rows: inout [Float]
  ) {
    let length = values.count / max(b * width, 1)
    for i in 0..<b {
      for t in 0..<length {
        let start = (t * b + i) * width
        rows.append(contentsOf: values[start..<start + width])
      }
    }
  }
}
