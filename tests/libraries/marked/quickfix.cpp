// Keeps settings in another runtime.
#include "Dictionary.roi.hpp"

#include "marked.hpp"

int main() {
    marked::pair both;
    roi::runtime::use serve{both.server};
    FIX::DictionaryServer server{roi::as("object"), std::string("settings")};
    roi::runtime::use call{both.client};
    FIX::DictionaryClient remote{roi::at(both.endpoint(), "object")};
    MARKED_CHECK(remote.getName() == "settings");
    MARKED_CHECK(remote.size() == 0);
    remote.setString("host", "example");
    remote.setInt("port", 4000);
    MARKED_CHECK(remote.has("HOST"));
    MARKED_CHECK(remote.getString("host") == "example");
    MARKED_CHECK(remote.getInt("port") == 4000);
    MARKED_CHECK(remote.size() == 2);
    return 0;
}
