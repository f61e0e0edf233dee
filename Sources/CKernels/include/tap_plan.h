#pragma once
#include <stdint.h>

/// How a strided grid of destination pixels reads a source block: the header of a table of int32s.
///
/// Every convolution here, forward or backward, is
/// `destination[column](q) = Σ_taps Σ_channels weight · source[channel](step · q + tap)`
/// for the pixels q of a grid. Taps form a rectangle: some row offsets × some column offsets. A
/// column is one destination channel of one phase (the destination pixels `q · D + phase`); phases
/// with the same taps share a plan. All offsets into blocks are in floats, sixteen to a pixel.
typedef struct {
  int32_t source_channels, source_height, source_width;
  /// Source pixels from one grid pixel to the next, in both directions.
  int32_t source_step;
  /// Rows are copied with zero columns to their left and right, so that no tap misses.
  int32_t left_padding, padded_width;
  /// Pixels of the grid.
  int32_t grid_height, grid_width;
  /// Floats from one grid pixel to the next in the destination.
  int32_t destination_row_step, destination_column_step;
  int32_t columns, destination_channels;
  /// Row offsets of taps, and column offsets of taps.
  int32_t tap_rows, tap_columns;
  /// Where kernel positions go: (tap row, tap column, phase, kernel position) each.
  int32_t contributions;
  /// Floats between source channels and between destination channels in the HWIO kernel.
  int32_t kernel_source_step, kernel_destination_step;
  /// Grid rows whose weight gradients are summed before the next block of rows.
  int32_t block_rows;
  // Then follow:
  //   int32_t tap_row[tap_rows], ascending;
  //   int32_t inner_offset[source_channels * tap_columns], floats into a padded source row;
  //   int32_t column_offset[columns], floats into the destination;
  //   int32_t contribution[4 * contributions].
} ck_tap_plan;
