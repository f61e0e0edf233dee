// Stands in the place of the C library's allocator, whose own functions do the work, and has an
// allocation that fails end the process (cpr_end_without_memory). For the executable alone.
#pragma once
