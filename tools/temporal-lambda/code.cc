#include <tools/temporal-lambda/code.h>

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>

namespace temporal::local_lambda {

namespace fs = std::filesystem;

namespace {

/// Where an entry goes, below the folder. Its name is UTF-8, or whatever bytes the zip has.
fs::path place_of(archive_entry* entry, const fs::path& zip) {
  const char* name = archive_entry_pathname_utf8(entry);
  if (name == nullptr) name = archive_entry_pathname(entry);
  if (name == nullptr || *name == '\0')
    throw std::runtime_error{zip.string() + ": an entry has a name that cannot be read"};
  const fs::path place{name};
  if (place.has_root_path() || std::ranges::find(place, fs::path{".."}) != place.end()) {
    throw std::runtime_error{zip.string() + ": the entry " + place.string() +
                             " leads out of the function's folder: pack it with a relative name without \"..\""};
  }
  return place;
}

/// Lambda unpacks as one user and runs the function as another.
void check_mode(archive_entry* entry, const fs::path& place, const fs::path& zip) {
  const auto mode = archive_entry_perm(entry);
  const bool is_folder = archive_entry_filetype(entry) == AE_IFDIR;
  const mode_t needed = is_folder || place == "bootstrap" ? S_IROTH | S_IXOTH : S_IROTH;
  if ((mode & needed) == needed) return;
  throw std::runtime_error{zip.string() + ": Lambda's user may not " + (needed == S_IROTH ? "read " : "execute ") +
                           place.string() + ": run chmod a+rX on what is packed"};
}

void unpack(const fs::path& zip, const fs::path& into) {
  const auto folder = fs::canonical(into);  // libarchive refuses to write through a symbolic link, also one above it
  const std::unique_ptr<archive, int (*)(archive*)> reader{archive_read_new(), archive_read_free};
  const std::unique_ptr<archive, int (*)(archive*)> writer{archive_write_disk_new(), archive_write_free};
  archive_read_support_format_zip(reader.get());
  archive_write_disk_set_options(
      writer.get(), ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_SECURE_NODOTDOT | ARCHIVE_EXTRACT_SECURE_SYMLINKS);
  const auto check = [&](int code, archive* which) {
    if (code < ARCHIVE_WARN) throw std::runtime_error{zip.string() + ": " + archive_error_string(which)};
  };
  check(archive_read_open_filename(reader.get(), zip.c_str(), 1 << 16), reader.get());
  archive_entry* entry = nullptr;
  for (int code = 0; (code = archive_read_next_header(reader.get(), &entry)) != ARCHIVE_EOF;) {
    check(code, reader.get());
    const auto place = place_of(entry, zip);
    check_mode(entry, place, zip);
    archive_entry_set_pathname(entry, (folder / place).c_str());
    check(archive_read_extract2(reader.get(), entry, writer.get()), reader.get());
  }
}

}  // namespace

TemporaryFolder::TemporaryFolder(const std::string& name) {
  std::string pattern = (fs::temp_directory_path() / (name + "-XXXXXX")).string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{"cannot make a folder like " + pattern};
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

fs::file_time_type code_changed(const fs::path& code) {
  return fs::last_write_time(fs::is_directory(code) ? code / "bootstrap" : code);
}

fs::path lay_out_code(const fs::path& code, const fs::path& folder) {
  fs::create_directories(folder);
  const auto absolute = fs::absolute(code);
  if (fs::is_directory(absolute)) {
    for (const auto& entry : fs::directory_iterator{absolute})
      fs::create_symlink(entry.path(), folder / entry.path().filename());
  } else if (absolute.extension() == ".zip") {
    unpack(absolute, folder);
  } else {
    fs::create_symlink(absolute, folder / "bootstrap");
  }
  const auto bootstrap = folder / "bootstrap";
  if (!fs::exists(bootstrap)) throw std::runtime_error{code.string() + " has no file named bootstrap"};
  if (::access(bootstrap.c_str(), X_OK) != 0)
    throw std::runtime_error{"the bootstrap of " + code.string() + " is not executable"};
  return bootstrap;
}

}  // namespace temporal::local_lambda
