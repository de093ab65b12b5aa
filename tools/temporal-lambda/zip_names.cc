#include <tools/temporal-lambda/zip_names.h>

#include <archive_entry.h>

#include <algorithm>
#include <stdexcept>

namespace temporal::lambda_zip {

Utf8Names::Utf8Names() : locale_{::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)} {
  if (locale_ != nullptr) before_ = ::uselocale(locale_);
}

Utf8Names::~Utf8Names() {
  if (locale_ == nullptr) return;
  ::uselocale(before_);
  ::freelocale(locale_);
}

std::filesystem::path place_of(archive_entry* entry, const std::string& zip) {
  const char* name = archive_entry_pathname_utf8(entry);
  if (name == nullptr) name = archive_entry_pathname(entry);
  if (name == nullptr || *name == '\0') throw std::runtime_error{zip + ": an entry has a name that cannot be read"};
  const std::filesystem::path place{name};
  if (place.has_root_path() || std::ranges::find(place, std::filesystem::path{".."}) != place.end()) {
    throw std::runtime_error{zip + ": the entry " + place.string() +
                             " leads out of the function's folder: pack it with a relative name without \"..\""};
  }
  return place;
}

}  // namespace temporal::lambda_zip
