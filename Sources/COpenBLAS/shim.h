#pragma once
// Debian keeps the header in a folder that pkg-config names; other systems keep it in the default path.
#include <cblas.h>
