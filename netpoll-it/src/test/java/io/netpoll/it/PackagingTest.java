package io.netpoll.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/** What is published: that of the POMs which users download, and what is in the jars. */
class PackagingTest {
  private static final Path ROOT = Path.of("..");

  static Stream<String> modules() {
    return Modules.all().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("modules")
  void aPublishedPom_bringsNothingButItsDependencies(String module) throws Exception {
    Element pom = pom("netpoll-" + module);
    assertThat(children(pom).keySet())
        .contains("url", "scm", "developers", "issueManagement", "licenses", "name", "description")
        .doesNotContain("parent", "dependencyManagement", "properties", "build", "repositories");
    assertThat(dependencies(pom)).allMatch(dependency -> !dependency.contains("${"));
  }

  @Test
  void whoDependsOnTheApi_dependsOnNothingElse() throws Exception {
    assertThat(dependencies(pom("netpoll-api")))
        .allMatch(dependency -> dependency.endsWith(" provided"));
  }

  @Test
  void theBillOfMaterials_listsWhatIsPublished_andNothingElse() throws Exception {
    Element bom = pom("bom");
    Set<String> published = new TreeSet<>();
    modules().forEach(module -> published.add("netpoll-" + module));
    Element management = children(bom).get("dependencyManagement");
    Set<String> listed = new TreeSet<>();
    for (Element dependency : all(management, "dependency")) {
      listed.add(children(dependency).get("artifactId").getTextContent());
    }
    assertThat(listed).isEqualTo(published);
    assertThat(children(bom).keySet()).doesNotContain("parent", "build", "properties");
  }

  @ParameterizedTest
  @MethodSource("modules")
  void aModule_containsItsLicence(String module) throws IOException {
    Path location = Modules.all().get(module);
    if (Files.isDirectory(location)) {
      assertLicensed(location);
    } else {
      try (FileSystem jar = FileSystems.newFileSystem(location)) {
        assertLicensed(jar.getPath("/"));
      }
    }
  }

  private static void assertLicensed(Path root) throws IOException {
    for (String name : List.of("LICENSE", "NOTICE")) {
      assertThat(Files.readString(root.resolve("META-INF").resolve(name)))
          .isEqualTo(Files.readString(ROOT.resolve(name)));
    }
  }

  /** The POM that is published, as the build has made it. */
  private static Element pom(String folder) throws Exception {
    Path file = ROOT.resolve(folder).resolve("target").resolve("flattened-pom.xml");
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(file.toFile())
        .getDocumentElement();
  }

  private static List<String> dependencies(Element pom) {
    List<String> dependencies = new ArrayList<>();
    for (Element dependency : all(pom, "dependency")) {
      Map<String, Element> parts = children(dependency);
      dependencies.add(
          parts.get("artifactId").getTextContent()
              + " "
              + parts.get("version").getTextContent()
              + " "
              + parts.get("scope").getTextContent());
    }
    return dependencies;
  }

  private static List<Element> all(Element parent, String name) {
    List<Element> all = new ArrayList<>();
    NodeList found = parent.getElementsByTagName(name);
    for (int i = 0; i < found.getLength(); i++) {
      all.add((Element) found.item(i));
    }
    return all;
  }

  private static Map<String, Element> children(Element parent) {
    Map<String, Element> children = new HashMap<>();
    for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element element) {
        children.put(element.getTagName(), element);
      }
    }
    return children;
  }
}
