// roi ls: what is published, where, since when, by whom.
#include "command.hpp"
#include "directory.hpp"
#include "format.hpp"

#include <memory>

namespace roi::cli {

namespace {

struct options {
    std::string prefix;
    bool names_only = false;
};

void print_entries(const std::vector<naming::entry>& entries) {
    auto list = nlohmann::ordered_json::array();
    for (const auto& entry : entries) {
        auto locations = nlohmann::ordered_json::array();
        for (const auto& place : entry.locations) {
            locations.push_back({{"endpoints", place.endpoints},
                                 {"generation", place.generation},
                                 {"holder",
                                  {{"program", place.holder.program},
                                   {"pid", place.holder.pid},
                                   {"user", place.holder.user},
                                   {"host", place.holder.host}}},
                                 {"since", utc_text(place.published_at_ms)}});
        }
        list.push_back({{"scope", entry.scope},
                        {"name", entry.name},
                        {"interface", entry.type.name},
                        {"address", hex(entry.address)},
                        {"shared", entry.shared},
                        {"attributes", entry.attributes},
                        {"locations", locations}});
    }
    print_json(list);
}

void print_table(const std::vector<naming::entry>& entries) {
    std::vector<std::vector<std::string>> rows{
        {"NAME", "INTERFACE", "HOLDER", "SINCE", "AGE", "ENDPOINTS"}};
    const auto now = now_milliseconds();
    for (const auto& entry : entries) {
        if (entry.locations.empty()) {
            // The name keeps its address while its server is away.
            rows.push_back({full_name(entry.scope, entry.name), entry.type.name, "(no server now)",
                            "", "", ""});
        }
        for (const auto& place : entry.locations) {
            const auto since = place.published_at_ms;
            rows.push_back({full_name(entry.scope, entry.name), entry.type.name,
                            holder_text(place.holder), time_text(since),
                            since == 0 ? "" : age_text(now - since), joined(place.endpoints, " ")});
        }
    }
    print(table(rows));
}

exit_code run(const settings& with, const options& chosen) {
    const auto names = directory::open(with);
    const auto entries = names.list(chosen.prefix);
    if (chosen.names_only) {
        for (const auto& entry : entries) {
            print(full_name(entry.scope, entry.name) + "\n");
        }
    } else if (with.json) {
        print_entries(entries);
    } else if (entries.empty()) {
        print("nothing is published" +
              (chosen.prefix.empty() ? std::string{}
                                     : " under names that begin with " + chosen.prefix) +
              " at " + names.text() + "\n");
    } else {
        print_table(entries);
    }
    return exit_code::ok;
}

}  // namespace

void add_ls(program& to) {
    auto& command = add_command(to, "ls", "List what is published, where, since when and by whom",
                                "  roi ls\n  roi ls --scope /team/alice ba");
    const auto chosen = std::make_shared<options>();
    command.add_option("PREFIX", chosen->prefix, "Only names that begin so");
    command.add_flag("--names", chosen->names_only, "Only the names, one to a line");
    command.callback(
        [&to, chosen] { to.run = [&to, chosen] { return run(to.settings, *chosen); }; });
}

}  // namespace roi::cli
