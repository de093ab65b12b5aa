#include <tools/temporal-lambda/package/zip.h>

#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>
#include <stdlib.h>

#include <memory>
#include <string>
#include <vector>

namespace temporal::lambda_package {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Key;

struct Entry {
  std::string name = {};
  std::string content = {};
  int mode = 0644;
  std::string link = {};
};

/// As other tools make zips: with links, folders, a name twice, zip64.
std::string foreign_zip(const std::vector<Entry>& entries, const char* options = nullptr) {
  const std::unique_ptr<archive, int (*)(archive*)> writer{archive_write_new(), archive_write_free};
  std::string zip(1 << 16, '\0');
  std::size_t size = 0;
  archive_write_set_format_zip(writer.get());
  archive_write_set_options(writer.get(), options);
  archive_write_open_memory(writer.get(), zip.data(), zip.size(), &size);
  for (const auto& [name, content, mode, link] : entries) {
    const std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry{archive_entry_new(), archive_entry_free};
    archive_entry_set_pathname_utf8(entry.get(), name.c_str());
    archive_entry_set_perm(entry.get(), static_cast<__LA_MODE_T>(mode));
    archive_entry_set_filetype(entry.get(), name.ends_with('/') ? AE_IFDIR : link.empty() ? AE_IFREG : AE_IFLNK);
    if (!link.empty()) archive_entry_set_symlink_utf8(entry.get(), link.c_str());
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(content.size()));
    archive_write_header(writer.get(), entry.get());
    archive_write_data(writer.get(), content.data(), content.size());
  }
  archive_write_close(writer.get());
  zip.resize(size);
  return zip;
}

std::string refusal(const std::string& bytes, std::int64_t largest = largest_read) {
  try {
    (void)read_zip(bytes, "in.zip", largest);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "no error";
}

const Files some_files = {{"a/b.txt", {.content = "b"}},
                          {"bootstrap", {.content = std::string(100'000, 'x'), .mode = 0755}},
                          {"empty", {}},
                          {"gr\u00fcn.txt", {.content = "\u00fc"}}};

}  // namespace

TEST(Zip, IsReadAsItWasWritten) {
  const auto files = read_zip(write_zip(some_files), "in.zip");
  ASSERT_THAT(files, ElementsAre(Key("a/b.txt"), Key("bootstrap"), Key("empty"), Key("gr\u00fcn.txt")));
  for (const auto& [name, file] : some_files) {
    EXPECT_EQ(files.at(name).content, file.content) << name;
    EXPECT_EQ(files.at(name).mode, file.mode) << name;
  }
}

TEST(Zip, OfEqualFilesHasEqualBytesInEachTimeZone) {
  const auto here = write_zip(some_files);
  const char* before = ::getenv("TZ");
  const std::string zone = before != nullptr ? before : "";
  ::setenv("TZ", "Asia/Tokyo", 1);
  EXPECT_EQ(write_zip(some_files), here);
  before != nullptr ? ::setenv("TZ", zone.c_str(), 1) : ::unsetenv("TZ");
}

TEST(Zip, SaysThatItsNamesAreUtf8) {
  constexpr unsigned char utf8_flag = 8;  // bit 11 of the flags
  const auto zip = write_zip({{"gr\u00fcn.txt", {}}});
  EXPECT_EQ(static_cast<unsigned char>(zip.at(7)) & utf8_flag, utf8_flag);
}

TEST(Zip, OfOthersIsReadWithItsModesAndFolders) {
  for (const auto* options : {"zip:compression=store", "zip:compression=deflate", "zip:zip64"}) {
    const auto files = read_zip(
        foreign_zip({{"./bootstrap", "x", 0700}, {"lib/", "", 0755}, {"lib/a", "a", 0640}}, options), "in.zip");
    ASSERT_THAT(files, ElementsAre(Key("bootstrap"), Key("lib/"), Key("lib/a"))) << options;
    EXPECT_EQ(files.at("bootstrap").content, "x");
    EXPECT_EQ(files.at("bootstrap").mode, 0700);
    EXPECT_EQ(files.at("lib/a").mode, 0640);
  }
}

TEST(Zip, ALinkBecomesWhatItLeadsTo) {
  const auto files =
      read_zip(foreign_zip({{"lib/libz.so", "", 0777, "../real/libz.so.1"}, {"real/libz.so.1", "z", 0755}}), "in.zip");
  EXPECT_EQ(files.at("lib/libz.so").content, "z");
  EXPECT_EQ(files.at("lib/libz.so").mode, 0755);
  for (const std::string target : {"/etc/passwd", "../../passwd", "missing"})
    EXPECT_THAT(refusal(foreign_zip({{"lib/a", "", 0777, target}})), HasSubstr("the link lib/a leads to " + target));
}

TEST(Zip, ANameThatLeadsOutOrIsThereTwiceIsRefused) {
  for (const std::string name : {"../a", "/a", "a/../../b"})
    EXPECT_THAT(refusal(foreign_zip({{name}})), AllOf(HasSubstr("in.zip"), HasSubstr("leads out"))) << name;
  EXPECT_THAT(refusal(foreign_zip({{"a", "1"}, {"./a", "2"}})), HasSubstr("two entries named a"));
}

TEST(Zip, ThatIsCutOffOrNoneIsRefusedByItsName) {
  const auto zip = write_zip(some_files);
  for (const std::size_t size : {std::size_t{0}, std::size_t{4}, zip.size() / 2, zip.size() - 1})
    EXPECT_EQ(refusal(zip.substr(0, size)), "in.zip: it is no zip, or its end is cut off") << size;
  EXPECT_EQ(refusal("\177ELF"), "in.zip: it is no zip, or its end is cut off");
}

TEST(Zip, ThatIsDamagedIsRefused) {
  auto zip = foreign_zip({{"bootstrap", "some content"}}, "zip:compression=store");
  zip.at(zip.find("some content")) = 'S';
  EXPECT_THAT(refusal(zip), HasSubstr("CRC"));
}

TEST(Zip, ThatUnpacksToTooMuchIsRefused) {
  const auto zip = write_zip(some_files);
  EXPECT_EQ(refusal(zip, unpacked_size(some_files)), "no error");
  EXPECT_THAT(refusal(zip, unpacked_size(some_files) - 1), HasSubstr("far more than Lambda takes"));
}

TEST(Zip, IsToldByItsFirstBytes) {
  EXPECT_TRUE(is_zip(write_zip(some_files)));
  EXPECT_TRUE(is_zip(write_zip({})));
  EXPECT_FALSE(is_zip("PK"));
  EXPECT_FALSE(is_zip("\177ELF"));
}

}  // namespace temporal::lambda_package
