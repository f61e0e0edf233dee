internal import CKernels
import Kernels

/// What the C kernels need to know of one group of phases that read the same source pixels:
/// `ck_tap_plan`, laid out as one table of numbers.
struct ConvolutionPlan: Sendable, Equatable {
  /// The header and the tables behind it.
  private let table: [Int32]

  /// Floats of packed weights, which is also the number of weights.
  let weightCount: Int
  let columns: Int
  /// Pixels of the grid that each column is computed at.
  let gridCount: Int
  /// Floats of a ring of rows for the convolution and for the weight gradient.
  let ringCount: Int
  let gradientRingCount: Int

  /// - Parameters:
  ///   - rows: the row phases of the group, all reading alike, with the map they belong to.
  ///   - columns: the same for columns.
  ///   - kernelSteps: floats between source and between destination channels in the kernel.
  init(
    rows: ConvolutionAxis.Map, rowPhases: [ConvolutionAxis.Phase],
    columns: ConvolutionAxis.Map, columnPhases: [ConvolutionAxis.Phase],
    sourceChannels: Int, destinationChannels: Int, kernel: Int,
    kernelSteps: (source: Int, destination: Int)
  ) {
    let rowTaps = rowPhases[0].taps, columnTaps = columnPhases[0].taps
    let grid = (rows: rowPhases[0].count, columns: columnPhases[0].count)
    let step = rows.sourceStep
    let left = max(0, -(columnTaps.first?.offset ?? 0))
    let paddedWidth = left + max(1, (grid.columns - 1) * step + (columnTaps.last?.offset ?? 0) + 1)
    let span = rowTaps.isEmpty ? 0 : rowTaps.last!.offset - rowTaps.first!.offset + 1
    let blockRows = Self.blockRows(grid)
    let entries = Self.contributions(rowPhases, columnPhases, kernel: kernel)
    self.columns = rowPhases.count * columnPhases.count * destinationChannels
    weightCount = rowTaps.count * columnTaps.count * sourceChannels * self.columns
    gridCount = grid.rows * grid.columns
    ringCount = span * sourceChannels * paddedWidth * 16
    gradientRingCount = (span + step * (blockRows - 1)) * sourceChannels * paddedWidth * 16

    let header = [
      sourceChannels, rows.sourceCount, columns.sourceCount, step, left, paddedWidth,
      grid.rows, grid.columns,
      rows.destinationStep * columns.destinationCount * 16, columns.destinationStep * 16,
      self.columns, destinationChannels, rowTaps.count, columnTaps.count, entries.count / 4,
      kernelSteps.source, kernelSteps.destination, blockRows,
    ]
    precondition(
      header.count * 4 == MemoryLayout<ck_tap_plan>.size && rowTaps.count <= 64,
      "a convolution with \(rowTaps.count) rows of taps")
    let innerOffsets = (0..<sourceChannels).flatMap { channel in
      columnTaps.map { (channel * paddedWidth + left + $0.offset) * 16 }
    }
    let columnOffsets = rowPhases.flatMap { row in
      columnPhases.flatMap { column in
        (0..<destinationChannels).map { channel in
          ((channel * rows.destinationCount + row.index) * columns.destinationCount
            + column.index) * 16
        }
      }
    }
    let tables = rowTaps.map(\.offset) + innerOffsets + columnOffsets + entries
    table = (header + tables).map(Int32.init)
  }

  /// Grid rows whose pixels are summed at a time in a weight gradient: as many as let the gradients
  /// of one tile of columns stay in the first-level cache.
  private static func blockRows(_ grid: (rows: Int, columns: Int)) -> Int {
    let most = max(1, 80 / max(grid.columns, 1))
    let blocks = max(1, (grid.rows + most - 1) / most)
    return max(1, (grid.rows + blocks - 1) / blocks)
  }

  /// (tap row, tap column, phase, kernel position) of each kernel position of each phase.
  private static func contributions(
    _ rows: [ConvolutionAxis.Phase], _ columns: [ConvolutionAxis.Phase], kernel: Int
  ) -> [Int] {
    var entries: [Int] = []
    for (y, row) in rows.enumerated() {
      for (x, column) in columns.enumerated() {
        for (tapRow, a) in row.taps.enumerated() {
          for (tapColumn, b) in column.taps.enumerated() {
            for position in a.positions {
              for across in b.positions {
                entries += [tapRow, tapColumn, y * columns.count + x, position * kernel + across]
              }
            }
          }
        }
      }
    }
    return entries
  }
}

extension ConvolutionPlan {
  /// The plans of all phases of a convolution in one direction.
  static func plans(
    rows: ConvolutionAxis.Map, columns: ConvolutionAxis.Map, sourceChannels: Int,
    destinationChannels: Int, kernel: Int, kernelSteps: (source: Int, destination: Int)
  ) -> [ConvolutionPlan] {
    group(rows.phases).flatMap { rowPhases in
      group(columns.phases).map { columnPhases in
        ConvolutionPlan(
          rows: rows, rowPhases: rowPhases, columns: columns, columnPhases: columnPhases,
          sourceChannels: sourceChannels, destinationChannels: destinationChannels,
          kernel: kernel, kernelSteps: kernelSteps)
      }
    }
  }

  /// Phases that read alike, together. Those without a destination pixel are left out.
  private static func group(_ phases: [ConvolutionAxis.Phase]) -> [[ConvolutionAxis.Phase]] {
    var groups: [[ConvolutionAxis.Phase]] = []
    for phase in phases where phase.count > 0 {
      if let index = groups.firstIndex(where: { $0[0].readsLike(phase) }) {
        groups[index].append(phase)
      } else {
        groups.append([phase])
      }
    }
    return groups
  }
}

// The kernels on a plan. Who calls them has checked the counts of the blocks.
extension ConvolutionPlan {
  func pack(_ kernel: Region, into packed: Region) {
    table.withTable(as: ck_tap_plan.self) { kernels.tap_pack($0, kernel.base, packed.base) }
  }

  /// Overwrites the destination pixels of this plan.
  func convolve(
    _ source: Region, _ packed: Region, bias: Region?, into destination: Region, scratch: Arena
  ) {
    let mark = scratch.mark
    defer { scratch.rewind(to: mark) }
    let ring = scratch.allocate(ringCount)
    table.withTable(as: ck_tap_plan.self) {
      kernels.tap_convolution(
        $0, source.base, packed.base, bias?.base, destination.base, ring.base)
    }
  }

  func addWeightGradient(
    _ source: Region, _ destinationGradient: Region, kernelGradient: Region, biasGradient: Region,
    scratch: Arena
  ) {
    let mark = scratch.mark
    defer { scratch.rewind(to: mark) }
    let weightGradient = scratch.allocate(weightCount)
    let columnGradient = scratch.allocate(columns)
    let ring = scratch.allocate(gradientRingCount)
    let sums = scratch.allocate((weightCount + columns) * 16)
    table.withTable(as: ck_tap_plan.self) {
      kernels.tap_weight_gradient(
        $0, source.base, destinationGradient.base, weightGradient.base, columnGradient.base,
        ring.base, sums.base)
      kernels.tap_unpack_gradient(
        $0, weightGradient.base, columnGradient.base, kernelGradient.base, biasGradient.base)
    }
  }
}
