import pytest

from recommender.content.languages import detect_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The kettle sings when the water is hot, and the tea is what it was made for in the first of our cups", "en"),
        ("Der Kessel singt, wenn das Wasser heiß ist, und der Tee ist das, wofür er in der Küche steht, am Tag", "de"),
        ("La théière chante quand l'eau est chaude, et le thé est ce pour quoi elle a été faite dans la ville", "fr"),
        ("La tetera canta cuando el agua está caliente, y el té es para lo que fue hecha en la cocina, la casa", "es"),
        ("お湯が沸くとやかんが歌います。お茶の時間です。", "ja"),
        ("水开了，水壶就会唱歌。", "zh"),
        ("물이 끓으면 주전자가 노래한다.", "ko"),
        ("Чайник поёт, когда вода горячая, и чай это то, для чего он был сделан в первой из наших чашек там", "ru"),
        ("kettle cup pot", ""),
        ("Zwx qrt plk mnb vcd fgh jkl zxc vbn asd qwe rty uio pas dfg hjk lzx cvb nmq wer tyu iop", ""),
        ("", ""),
        ("2021 03 03", ""),
        # A few titles with hardly a stop word.
        ("Tomaattien kasvatus\nPolkupyörän ketju", "fi"),
        ("زراعة الطماطم\nأمراض الطماطم", "ar"),
        ("Nyheter fra Oslo\nRegn i Bergen", "nb"),
        ("Growing garlic\nBuying ladders", "en"),
        ("Kubernetes Docker Terraform Ansible", ""),
        ("Foo Bar Baz", ""),
    ],
)  # fmt: skip
def test_detect(text, language):
    """By its script, its stop words or how common its words are; too little text tells nothing."""
    assert detect_language([text]) == language
