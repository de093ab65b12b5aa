#include <temporal/common/search_attributes.h>

namespace temporal {

SearchAttributes::SearchAttributes(std::initializer_list<SearchAttributeUpdate> updates) {
  for (const auto& update : updates) apply(update);
}

void SearchAttributes::apply(const SearchAttributeUpdate& update) {
  if (update.value) {
    entries_.insert_or_assign(update.name, Entry{.type = update.type, .value = *update.value});
  } else {
    entries_.erase(update.name);
  }
}

}  // namespace temporal
