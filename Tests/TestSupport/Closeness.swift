/// The largest absolute difference over the larger of 1 and the largest magnitude; infinity where
/// the counts differ or a number is not one.
package func largestError(_ values: [Float], _ expected: [Float]) -> Float {
  if values.count != expected.count { return .infinity }
  let scale = expected.reduce(1) { max($0, abs($1)) }
  return zip(values, expected).reduce(0) { worst, pair in
    let error = abs(pair.0 - pair.1) / scale
    return error.isNaN ? .infinity : max(worst, error)
  }
}
