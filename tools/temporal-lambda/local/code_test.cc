#include <tools/temporal-lambda/local/code.h>

#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

using namespace temporal::local_lambda;
namespace fs = std::filesystem;
using ::testing::HasSubstr;

namespace {

struct Entry {
  std::string name;
  mode_t mode = 0644;
};

class Code : public ::testing::Test {
 protected:
  /// A zip of these, each with its name as its content.
  fs::path zip(const std::vector<Entry>& entries) {
    const auto file = folder_.path() / (std::to_string(++made_) + ".zip");
    const std::unique_ptr<archive, int (*)(archive*)> writer{archive_write_new(), archive_write_free};
    archive_write_set_format_zip(writer.get());
    archive_write_open_filename(writer.get(), file.c_str());
    for (const auto& [name, mode] : entries) {
      const std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry{archive_entry_new(), archive_entry_free};
      archive_entry_set_pathname_utf8(entry.get(), name.c_str());
      archive_entry_set_filetype(entry.get(), AE_IFREG);
      archive_entry_set_perm(entry.get(), mode);
      archive_entry_set_size(entry.get(), static_cast<la_int64_t>(name.size()));
      archive_write_header(writer.get(), entry.get());
      archive_write_data(writer.get(), name.data(), name.size());
    }
    archive_write_close(writer.get());
    return file;
  }
  fs::path lay_out(const std::vector<Entry>& entries) {
    return lay_out_code(zip(entries), folder_.path() / ("out-" + std::to_string(made_)));
  }
  std::string refusal(const std::vector<Entry>& entries) {
    try {
      (void)lay_out(entries);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "no error";
  }
  static std::string content(const fs::path& path) {
    std::ifstream file{path};
    return {std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
  }

  TemporaryFolder folder_{"code-test"};
  int made_ = 0;
};

const Entry bootstrap{"bootstrap", 0755};

}  // namespace

TEST_F(Code, OfAZipIsUnpackedWithItsModes) {
  const auto found = lay_out({bootstrap, {"a/b.txt"}, {"gr\u00fcn.txt"}});
  EXPECT_EQ(found.filename(), "bootstrap");
  EXPECT_EQ(content(found.parent_path() / "a/b.txt"), "a/b.txt");
  EXPECT_EQ(content(found.parent_path() / "gr\u00fcn.txt"), "gr\u00fcn.txt");
}

TEST_F(Code, ThatWouldLeadOutOfItsFolderIsRefusedAndNothingIsWritten) {
  const auto outside = folder_.path() / "escaped.txt";
  for (const auto& name : {outside.string(), std::string{"../escaped.txt"}, std::string{"a/../../escaped.txt"}}) {
    EXPECT_THAT(refusal({bootstrap, {name}}), HasSubstr("leads out of the function's folder")) << name;
    EXPECT_FALSE(fs::exists(outside)) << name;
  }
}

TEST_F(Code, ThatLambdasUserMayNotReadOrExecuteIsRefused) {
  EXPECT_THAT(refusal({{"bootstrap", 0700}}), HasSubstr("may not execute bootstrap: run chmod a+rX"));
  EXPECT_THAT(refusal({bootstrap, {"temporal.toml", 0600}}), HasSubstr("may not read temporal.toml"));
}

TEST_F(Code, IsUnpackedBelowASymbolicLink) {
  const auto link = folder_.path() / "link";
  fs::create_directory(folder_.path() / "real");
  fs::create_directory_symlink(folder_.path() / "real", link);
  EXPECT_EQ(content(lay_out_code(zip({bootstrap}), link / "out")), "bootstrap");
}

TEST_F(Code, ThatIsLargerThanLambdaTakesIsRefused) {
  const auto file = zip({bootstrap, {"ten bytes!"}});
  EXPECT_NO_THROW((void)lay_out_code(file, folder_.path() / "fits", 19));
  EXPECT_THROW((void)lay_out_code(file, folder_.path() / "does-not", 18), std::runtime_error);
}

TEST_F(Code, CannotBeWrittenToButByRoot) {
  const auto folder = lay_out({bootstrap, {"a/b.txt"}}).parent_path();
  for (const auto& path : {folder, folder / "a", folder / "a/b.txt", folder / "bootstrap"}) {
    EXPECT_EQ(fs::status(path).permissions() & fs::perms{0222}, fs::perms::none) << path;
  }
}

TEST_F(Code, ThatIsBrokenIsRefusedByItsName) {
  int refused = 0;
  for (const auto& seed : fs::directory_iterator{ZIP_SEEDS}) {
    try {
      (void)lay_out_code(seed.path(), folder_.path() / seed.path().stem());
    } catch (const std::runtime_error& error) {
      EXPECT_THAT(error.what(), HasSubstr(seed.path().filename().string()));
      ++refused;
    }
  }
  EXPECT_EQ(refused, 2) << "of what fuzzers found, and begin with";
}
