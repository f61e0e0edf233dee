/// The maximum of each 2×2 cell.
package func naiveMaxPool(_ input: NaiveImages) -> NaiveImages {
  let small = NaiveImages(
    batch: input.batch, height: input.height / 2, width: input.width / 2, channels: input.channels)
  return small.mapIndices { image, row, column, channel in
    naiveCell(input, image, row, column, channel).max()!
  }
}

/// The gradient of ``naiveMaxPool(_:)``: equal parts to all that equal the maximum.
package func naiveMaxPoolGradient(
  _ input: NaiveImages, outputGradient: NaiveImages
) -> NaiveImages {
  input.mapIndices { image, row, column, channel in
    let cell = naiveCell(input, image, row / 2, column / 2, channel)
    let most = cell.max()!
    guard input[image, row, column, channel] == most else { return 0 }
    let ties = cell.filter { $0 == most }.count
    return outputGradient[image, row / 2, column / 2, channel] / Double(ties)
  }
}

private func naiveCell(
  _ input: NaiveImages, _ image: Int, _ row: Int, _ column: Int, _ channel: Int
) -> [Double] {
  (0..<4).map { input[image, 2 * row + $0 / 2, 2 * column + $0 % 2, channel] }
}
