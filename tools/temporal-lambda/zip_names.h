#pragma once

#include <locale.h>

#include <filesystem>
#include <string>

struct archive_entry;

/// \file
/// Names in zips, for all rooms that read or write one with libarchive.

namespace temporal::lambda_zip {

/// While it lives, names are UTF-8, whatever this process's locale is: libarchive reads and writes them by that of the
/// thread.
class Utf8Names {
 public:
  Utf8Names();
  Utf8Names(const Utf8Names&) = delete;
  Utf8Names& operator=(const Utf8Names&) = delete;
  ~Utf8Names();

 private:
  locale_t locale_;
  locale_t before_ = nullptr;
};

/// Where an entry goes, below the function's folder. Its name is UTF-8, or whatever bytes the zip has.
/// @throws std::runtime_error that names `zip`, for a name that leads out of the folder.
[[nodiscard]] std::filesystem::path place_of(archive_entry* entry, const std::string& zip);

}  // namespace temporal::lambda_zip
