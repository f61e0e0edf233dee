import Autodiff
import Kernels

extension Tape {
  /// Rows `[count, channels · height · width]` as a block of images, channels first.
  package func image(of rows: Tensor, channels: Int, height: Int, width: Int) -> ImageTensor {
    let order = (0..<Int32(rows.columns)).map { $0 }
    return scatter(
      rows, order: order, zeros(rows: rows.rows, columns: rows.columns), order: order,
      channels: channels, height: height, width: width)
  }

  /// Images as rows, channels first.
  package func rows(of image: ImageTensor) -> Tensor {
    let columns = image.channels * image.height * image.width
    let rows = tensor(rows: image.count, columns: columns, tracked: true)
    gather(image, order: (0..<Int32(columns)).map { $0 }, into: rows)
    return rows
  }
}
